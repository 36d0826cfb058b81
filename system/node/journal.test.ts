import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { journalRowBytes, journalStages } from '../journal-rows.ts'
import { openJournal } from './journal.ts'

test('rows lie in the file as journal-rows.ts says, names before their use, none after the close', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'journal-')), 'node-1.rows')
  let nowNs = 0n
  const journal = openJournal({ path, node: 'node-1', boot: 3, nowNs: () => ++nowNs })
  journal.write('committed', { room: 'r', seq: 7, count: 2, operationId: '0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001' })
  journal.close()
  journal.write('confirmed', { room: 'late', seq: 8 })
  journal.flush()
  const bytes = readFileSync(path)
  const row = (index: number) => bytes.subarray(index * journalRowBytes, (index + 1) * journalRowBytes)
  expect(bytes.length).toBe(6 * journalRowBytes)
  expect([0, 2, 3, 5].map((index) => row(index).readUInt8(8))).toEqual([journalStages.name, journalStages.header, journalStages.name, journalStages.committed])
  expect(row(1).toString('utf8', 0, 6)).toBe('node-1')
  expect([row(2).readInt32LE(12), row(2).readInt32LE(16), row(2).readInt32LE(20)]).toEqual([0, 3, 1])
  expect([row(5).readInt32LE(12), row(5).readInt32LE(16), row(5).readInt32LE(20)]).toEqual([1, 7, 2])
  expect(row(5).toString('hex', 32, 48)).toBe('0190aaaabbbb7ccc8dddeeeeffff0001')
})
