import { expect, test } from 'vitest'
import { kinds } from '../reports/history/kinds.ts'
import { bodyHash } from '../reports/history/record-hash.ts'
import { type ChangingEntry, recordChange, type RowWriter } from './audit-changes.ts'

/** The row of an entry as [kind, layer, seq, rev, value]; names count from 100, the first is that of the actor. */
function rowOf(entry: Omit<ChangingEntry, 'seq' | 'actorId'>): number[] | undefined {
  const rows: number[][] = []
  const names: string[] = []
  const writer: RowWriter = {
    name: (text) => 99 + names.push(text),
    row: (_tNs, _client, _session, _room, kind, layer, _message, seq, rev, value) => void rows.push([kind, layer, seq, rev, value]),
  }
  recordChange({ writer, atNs: 0, room: 0, message: 7 }, { seq: 9, actorId: 'bob', ...entry })
  expect(rows.length).toBeLessThan(2)
  return rows[0]
}

test('an edit brings a body, or none any more; others say how', () => {
  expect(rowOf({ kind: 'edit', messageId: 'm', payload: { body: 'new' } })).toEqual([kinds.storedChange.code, 0, 9, -1, bodyHash('new')])
  expect(rowOf({ kind: 'edit', messageId: 'm', payload: { body: null } })).toEqual([kinds.storedChange.code, 1, 9, -1, -1])
  for (const [kind, payload] of [
    ['react', { emoji: '+1' }],
    ['moderate', { action: 'hold' }],
    ['delete', {}],
  ] as const)
    expect(rowOf({ kind, messageId: 'm', payload })).toEqual([kinds.storedChange.code, 0, 9, 101, -1])
})
test('a purge tells its window; what changes no message tells nothing', () => {
  expect(rowOf({ kind: 'purged', payload: { afterSeq: 2, throughSeq: 5, archived: true } })).toEqual([kinds.storedPurge.code, 1, 9, 2, 5])
  expect(rowOf({ kind: 'join', payload: {} })).toBeUndefined()
})
