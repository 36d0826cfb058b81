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

test('a turn may make more rows than fit at first, and the next one begins with nothing of it', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'journal-')), 'node-1.rows')
  const journal = openJournal({ path, node: 'n', boot: 1, nowNs: () => 1n })
  const many = 1000
  for (let seq = 0; seq < many; seq++) journal.write('committed', { seq, operationId: '0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001' })
  journal.flush()
  journal.write('acked', { seq: many })
  journal.close()
  const bytes = readFileSync(path)
  const own = bytes.subarray(3 * journalRowBytes)
  expect(Array.from({ length: many + 1 }, (_, index) => own.readInt32LE(index * journalRowBytes + 16))).toEqual(
    Array.from({ length: many + 1 }, (_, seq) => seq),
  )
  expect(own.toString('hex', many * journalRowBytes + 32, many * journalRowBytes + 48)).toBe('0'.repeat(32))
})
