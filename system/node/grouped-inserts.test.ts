import { expect, test } from 'vitest'
import { entryOf } from './entries.ts'
import { groupedInserts, outcomesOf } from './grouped-inserts.ts'
import type { InsertOutcome } from './log-store.ts'
import type { StoredEntry } from './entries.ts'

const stored: InsertOutcome = { kind: 'stored' }
const unknown: InsertOutcome = { kind: 'unknown', error: new Error('silence') }
const collision = (count: number): InsertOutcome => ({ kind: 'collision', stored: count, index: 'room_seq' })
const batchOf = (roomId: string, ...seqs: number[]): StoredEntry[] =>
  seqs.map((seq) =>
    entryOf({ id: `${roomId}-${seq}`, kind: 'join', actorId: 'ann', operationId: `${roomId}-${seq}`, attempt: 1 }, { roomId, epoch: 'e', seq }, 'n', 1),
  )

/** A store that answers when it is told to. */
function storeInHand() {
  const inserts: string[][] = []
  const answers: ((outcome: InsertOutcome) => void)[] = []
  const insert = (entries: readonly StoredEntry[]) => {
    inserts.push(entries.map(({ _id }) => _id))
    return new Promise<InsertOutcome>((resolve) => void answers.push(resolve))
  }
  return { inserts, insert, answer: (index: number, outcome: InsertOutcome) => answers[index]?.(outcome) }
}

test('a batch goes at once while fewer inserts are under way than may be', () => {
  const { inserts, insert } = storeInHand()
  const commit = groupedInserts(insert, { insertsAtOnce: 2, entries: 10 })
  void commit(batchOf('a', 1))
  void commit(batchOf('b', 1))
  void commit(batchOf('c', 1))
  expect(inserts).toEqual([['a-1'], ['b-1']])
})

test('what gathers is the next insert, in the order in which it came', async () => {
  const { inserts, insert, answer } = storeInHand()
  const commit = groupedInserts(insert, { insertsAtOnce: 1, entries: 10 })
  const first = commit(batchOf('a', 1))
  const gathered = [commit(batchOf('b', 1, 2)), commit(batchOf('c', 7))]
  answer(0, stored)
  await first
  expect(inserts).toEqual([['a-1'], ['b-1', 'b-2', 'c-7']])
  answer(1, stored)
  expect(await Promise.all(gathered)).toEqual([stored, stored])
})

test('after a collision those before it are stored, its room hears of it by its own count, and those behind it are inserted again', async () => {
  const { inserts, insert, answer } = storeInHand()
  const commit = groupedInserts(insert, { insertsAtOnce: 1, entries: 10 })
  const first = commit(batchOf('a', 1))
  const [before, own, behind] = [commit(batchOf('b', 1, 2)), commit(batchOf('c', 7, 8)), commit(batchOf('d', 3))]
  answer(0, stored)
  await first
  answer(1, collision(3))
  expect(await before).toEqual(stored)
  expect(await own).toEqual(collision(1))
  expect(inserts[2]).toEqual(['d-3'])
  answer(2, stored)
  expect(await behind).toEqual(stored)
})

test('when the store does not answer, every room of the insert is in doubt', async () => {
  const { insert, answer } = storeInHand()
  const commit = groupedInserts(insert, { insertsAtOnce: 1, entries: 10 })
  const first = commit(batchOf('a', 1))
  const gathered = [commit(batchOf('b', 1)), commit(batchOf('c', 1))]
  answer(0, unknown)
  expect(await first).toEqual(unknown)
  answer(1, unknown)
  expect(await Promise.all(gathered)).toEqual([unknown, unknown])
})

test('an insert stays within its limit, but a longer batch goes whole', async () => {
  const { inserts, insert, answer } = storeInHand()
  const commit = groupedInserts(insert, { insertsAtOnce: 1, entries: 3 })
  const batches = [batchOf('a', 1), batchOf('b', 1, 2), batchOf('c', 1, 2), batchOf('d', 1, 2, 3, 4)].map(commit)
  for (const [index, batch] of batches.entries()) {
    answer(index, stored)
    await batch
  }
  expect(inserts).toEqual([['a-1'], ['b-1', 'b-2'], ['c-1', 'c-2'], ['d-1', 'd-2', 'd-3', 'd-4']])
})

test('an ordered insert says nothing of what lies behind its collision', () => {
  expect(outcomesOf([2, 2, 1], collision(2))).toEqual([stored, collision(0), null])
  expect(outcomesOf([2, 2, 1], collision(4))).toEqual([stored, stored, collision(0)])
})
