import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { archiveStates } from '../reports/history/codes.ts'
import { kinds } from '../reports/history/kinds.ts'
import { bodyHash } from '../reports/history/record-hash.ts'
import type { RowWriter } from './audit-changes.ts'
import { recordArchive } from './audit-keeping.ts'

/** Rows as [kind, layer, seq, rev, value]. */
function recorded(bytes: Uint8Array | null, sha256: string): number[][] {
  const rows: number[][] = []
  const writer: RowWriter = {
    name: () => 1,
    row: (_tNs, _client, _session, _room, kind, layer, _message, seq, rev, value) => void rows.push([kind, layer, seq, rev, value]),
  }
  recordArchive({ writer, nowNs: () => 0 }, { _id: 'key', roomId: 'room-1', after: 0, upTo: 2, entries: 2, messages: 1, sha256 }, bytes)
  return rows
}
const entry = { _id: 'a', roomId: 'room-1', epoch: 'e', acceptedBy: 'node-1', actorId: 'alice' }
const lines = [
  { ...entry, seq: 1, kind: 'join' },
  { ...entry, seq: 2, kind: 'message', rev: 2, body: 'hello', payload: { body: 'hello' } },
]
const bytes = new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
const sha256 = createHash('sha256').update(bytes).digest('hex')

test('a whole archive gives a row and one for each message in it', () => {
  expect(recorded(bytes, sha256)).toEqual([
    [kinds.archiveRead.code, archiveStates.whole, 0, 2, 1],
    [kinds.archived.code, 0, 2, 2, bodyHash('hello')],
  ])
})
test('an object that is cut, altered or missing gives no message', () => {
  const altered = bytes.slice()
  altered[10] = 0
  expect(recorded(bytes.subarray(0, 20), sha256)).toEqual([[kinds.archiveRead.code, archiveStates.damaged, 0, 2, 0]])
  expect(recorded(altered, sha256)).toEqual([[kinds.archiveRead.code, archiveStates.damaged, 0, 2, 0]])
  expect(recorded(null, sha256)).toEqual([[kinds.archiveRead.code, archiveStates.missing, 0, 2, 0]])
})
