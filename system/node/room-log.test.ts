import { describe, expect, test } from 'vitest'
import { wireOf } from './entries.ts'
import { memoryLog as inMemory } from './fixtures/memory-log.ts'
import { RoomLog } from './room-log.ts'
import type { Intent, StoredEntry } from './entries.ts'
import type { InsertOutcome, LogStore } from './log-store.ts'

/** `before` runs ahead of each insert: other writers, or a failure. */
function memoryLog(before: (stored: StoredEntry[], insert: number) => InsertOutcome | null = () => null) {
  const { log, stored } = inMemory()
  let inserts = 0
  const decorated: LogStore = { ...log, insertBatch: async (entries) => before(stored, ++inserts) ?? log.insertBatch(entries) }
  return { log: decorated, stored }
}

const member = () => new Map([['ann', { role: 'owner' as const, intervals: [{ joinedSeq: 1, leftSeq: null }], foldedSeq: 1 }]])
function roomOf(log: ReturnType<typeof memoryLog>['log']) {
  const committed: number[] = []
  let nowMs = 0
  const room = new RoomLog({
    roomId: 'r',
    epoch: 'e',
    membership: member(),
    held: new Set(),
    isClosed: false,
    foldedThrough: 1,
    log,
    node: 'n',
    nowMs: () => ++nowMs,
    onFolded() {},
    onCommitted: (entry) => void committed.push(entry.seq),
    onError() {},
  })
  return { room, committed }
}
function message(operationId: string, body = operationId): Intent {
  return {
    id: `id-${operationId}`,
    kind: 'message',
    actorId: 'ann',
    operationId,
    attempt: 1,
    message: { senderId: 'ann', deviceId: 'd', clientMessageId: operationId, clientSeq: 1, type: 'text', body, clientCreatedAt: 0 },
  }
}
function foreign(seq: number, kind: 'message' | 'leave' = 'message', actorId = 'bob'): StoredEntry {
  return {
    _id: `foreign-${seq}`,
    roomId: 'r',
    epoch: 'e',
    seq,
    kind,
    actorId,
    operationId: `foreign-${seq}`,
    payload: {},
    at: 0,
    acceptedBy: 'other',
    attempt: 1,
  }
}

describe('the queue of a room', () => {
  test('gives consecutive seqs to what comes at once', async () => {
    const { room, committed } = roomOf(memoryLog().log)
    const outcomes = await Promise.all(['a', 'b', 'c'].map((id) => room.append(message(id))))
    expect(outcomes.map((outcome) => outcome.ok && outcome.seq)).toEqual([2, 3, 4])
    expect(committed).toEqual([2, 3, 4])
  })
  test('takes the next free seqs when another node was faster', async () => {
    const { log, stored } = memoryLog((entries, insert) => {
      if (insert === 1) entries.push(foreign(2), foreign(3))
      return null
    })
    const { room } = roomOf(log)
    expect(await room.append(message('a'))).toMatchObject({ ok: true, seq: 4, duplicate: false })
    expect(stored.map((entry) => entry.seq)).toEqual([2, 3, 4])
    expect(room.ownSeq).toBe(4)
  })
  test("authorises again after it lost a seq: the winner may have been the sender's leave", async () => {
    const { log, stored } = memoryLog((entries, insert) => {
      if (insert === 1) entries.push(foreign(2, 'leave', 'ann'))
      return null
    })
    expect(await roomOf(log).room.append(message('a'))).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    expect(stored).toHaveLength(1)
  })
  test('answers a resend with the seq of the first attempt', async () => {
    const { room } = roomOf(memoryLog().log)
    await room.append(message('a'))
    expect(await room.append({ ...message('a'), id: 'other' })).toMatchObject({ ok: true, id: 'id-a', seq: 2, duplicate: true })
  })
  test('refuses an operationId that is used for another body', async () => {
    const { room } = roomOf(memoryLog().log)
    await room.append(message('a'))
    expect(await room.append(message('a', 'something else'))).toMatchObject({ ok: false, error: { code: 'id_reused' } })
  })
  test('acks an insert of unknown outcome when it finds it stored', async () => {
    const { log, stored } = memoryLog(() => {
      stored.push({ ...foreign(2), _id: 'id-a', actorId: 'ann', operationId: 'a' })
      return { kind: 'unknown', error: new Error('cut') }
    })
    expect(await roomOf(log).room.append(message('a'))).toMatchObject({ ok: true, seq: 2, duplicate: false })
  })
  test('says unavailable when it does not find it, and leaves the head where it is', async () => {
    const { room } = roomOf(memoryLog(() => ({ kind: 'unknown', error: new Error('cut') })).log)
    expect(await room.append(message('a'))).toMatchObject({ ok: false, error: { code: 'unavailable' } })
    expect(room.head).toBe(1)
  })
  test('refuses who is no member', async () => {
    expect(await roomOf(memoryLog().log).room.append({ ...message('a'), actorId: 'eve' })).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  })
  test('does not fold across a gap', () => {
    const { room } = roomOf(memoryLog().log)
    expect(room.observe([wireOf(foreign(3))])).toBe(false)
    expect(room.head).toBe(1)
  })
})
