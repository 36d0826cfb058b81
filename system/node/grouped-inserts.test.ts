import { expect, test } from 'vitest'
import { entryOf } from './entries.ts'
import { groupedInserts, outcomesOf } from './grouped-inserts.ts'
import type { GroupOutcome } from './grouped-inserts.ts'
import type { StoredEntry } from './entries.ts'

const done: GroupOutcome = { kind: 'tried', collisions: new Map() }
const stored = { kind: 'stored' }
const silence: GroupOutcome = { kind: 'unknown', error: new Error('silence') }
const metAt = (...indexes: number[]): GroupOutcome => ({ kind: 'tried', collisions: new Map(indexes.map((index) => [index, 'room_seq'])) })
const collision = (count: number) => ({ kind: 'collision', stored: count, index: 'room_seq' })
const batchOf = (roomId: string, ...seqs: number[]): StoredEntry[] =>
  seqs.map((seq) =>
    entryOf({ id: `${roomId}-${seq}`, kind: 'join', actorId: 'ann', operationId: `${roomId}-${seq}`, attempt: 1 }, { roomId, epoch: 'e', seq }, 'n', 1),
  )

/** A store that answers when it is told to. */
function storeInHand() {
  const inserts: string[] = []
  const answers: ((outcome: GroupOutcome) => void)[] = []
  const insert = (entries: readonly StoredEntry[], ordered: boolean) => {
    inserts.push(`${ordered ? 'ordered' : 'any order'}: ${entries.map(({ _id }) => _id).join(' ')}`)
    return new Promise<GroupOutcome>((resolve) => void answers.push(resolve))
  }
  return { inserts, insert, answer: (index: number, outcome: GroupOutcome) => answers[index]?.(outcome) }
}

test('a batch goes at once while fewer inserts are under way than may be', () => {
  const { inserts, insert } = storeInHand()
  const commit = groupedInserts(insert, { insertsAtOnce: 2, entries: 10 })
  for (const room of ['a', 'b', 'c']) void commit(batchOf(room, 1))
  expect(inserts).toEqual(['any order: a-1', 'any order: b-1'])
})

test('what gathers is the next insert: the single entries in one, the longer batches in another', async () => {
  const { inserts, insert, answer } = storeInHand()
  const commit = groupedInserts(insert, { insertsAtOnce: 1, entries: 10 })
  const first = commit(batchOf('a', 1))
  const gathered = [commit(batchOf('b', 1)), commit(batchOf('c', 7, 8)), commit(batchOf('d', 3)), commit(batchOf('e', 4, 5))]
  answer(0, done)
  await first
  answer(1, done)
  expect(await gathered[0]).toEqual(stored)
  answer(2, done)
  expect(await Promise.all(gathered)).toEqual([stored, stored, stored, stored])
  expect(inserts).toEqual(['any order: a-1', 'any order: b-1 d-3', 'ordered: c-7 c-8 e-4 e-5'])
})

test('a collision of a single entry is its own room’s only', async () => {
  const { inserts, insert, answer } = storeInHand()
  const commit = groupedInserts(insert, { insertsAtOnce: 1, entries: 10 })
  const first = commit(batchOf('a', 1))
  const gathered = ['b', 'c', 'd'].map((room) => commit(batchOf(room, 1)))
  answer(0, done)
  await first
  answer(1, metAt(0, 2))
  expect(await Promise.all(gathered)).toEqual([collision(0), stored, collision(0)])
  expect(inserts).toHaveLength(2)
})

test('after a collision in an ordered insert its room hears of it by its own count, and those behind it are inserted again', async () => {
  const { inserts, insert, answer } = storeInHand()
  const commit = groupedInserts(insert, { insertsAtOnce: 1, entries: 10 })
  const first = commit(batchOf('a', 1))
  const [before, own, behind] = [commit(batchOf('b', 1, 2)), commit(batchOf('c', 7, 8)), commit(batchOf('d', 3, 4))]
  answer(0, done)
  await first
  answer(1, metAt(3))
  expect(await before).toEqual(stored)
  expect(await own).toEqual(collision(1))
  expect(inserts[2]).toBe('ordered: d-3 d-4')
  answer(2, done)
  expect(await behind).toEqual(stored)
})

test('when the store does not answer, every room of the insert is in doubt', async () => {
  const { insert, answer } = storeInHand()
  const commit = groupedInserts(insert, { insertsAtOnce: 1, entries: 10 })
  const first = commit(batchOf('a', 1))
  const gathered = [commit(batchOf('b', 1)), commit(batchOf('c', 1))]
  answer(0, silence)
  expect(await first).toEqual(silence)
  answer(1, silence)
  expect(await Promise.all(gathered)).toEqual([silence, silence])
})

test('an insert stays within its limit, but a longer batch goes whole', async () => {
  const { inserts, insert, answer } = storeInHand()
  const commit = groupedInserts(insert, { insertsAtOnce: 1, entries: 4 })
  const batches = [batchOf('a', 1, 2), batchOf('b', 1, 2), batchOf('c', 1, 2, 3), batchOf('d', 1, 2, 3, 4, 5)].map(commit)
  for (const [index, batch] of batches.entries()) {
    answer(index, done)
    await batch
  }
  expect(inserts.map((line) => line.split(' ').length - 1)).toEqual([2, 2, 3, 5])
})

test('an ordered insert says nothing of what lies behind its collision, an unordered one everything', () => {
  expect(outcomesOf([2, 2, 2], true, metAt(2))).toEqual([stored, collision(0), null])
  expect(outcomesOf([2, 2, 2], true, metAt(5))).toEqual([stored, stored, collision(1)])
  expect(outcomesOf([1, 1, 1], false, metAt(1))).toEqual([stored, collision(0), stored])
})
