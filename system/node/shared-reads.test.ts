import { expect, test, vi } from 'vitest'
import { sharedReads } from './shared-reads.ts'

/** A store that answers when it is told to. */
function storeInHand(atOnce: number) {
  const begun: string[] = []
  const ends: PromiseWithResolvers<string>[] = []
  const ask = sharedReads(
    (question: string) => {
      begun.push(question)
      const end = Promise.withResolvers<string>()
      ends.push(end)
      return end.promise
    },
    (question) => question,
    atOnce,
  )
  /** Once that read has begun. */
  const read = (index: number) => vi.waitUntil(() => ends[index])
  return { begun, read, ask }
}

test('those that wait with the same question share one read', async () => {
  const { begun, read, ask } = storeInHand(1)
  const first = ask('a')
  const answers = [ask('b'), ask('b'), ask('c'), ask('b')]
  ;(await read(0)).resolve('1')
  expect(await first).toBe('1')
  ;(await read(1)).resolve('2')
  expect(await answers[0]).toBe('2')
  ;(await read(2)).resolve('3')
  expect(await Promise.all(answers)).toEqual(['2', '2', '3', '2'])
  expect(begun).toEqual(['a', 'b', 'c'])
})

test('who asks while the read is under way is answered by one that begins after', async () => {
  const { read, ask } = storeInHand(1)
  const [before, after] = [ask('a'), ask('a')]
  ;(await read(0)).resolve('old')
  expect(await before).toBe('old')
  ;(await read(1)).resolve('new')
  expect(await after).toBe('new')
})

test('no more than so many are at the store', async () => {
  const { begun, read, ask } = storeInHand(2)
  const first = ask('a')
  void ask('b')
  void ask('c')
  expect(begun).toEqual(['a', 'b'])
  ;(await read(0)).resolve('1')
  await first
  await read(2)
  expect(begun).toEqual(['a', 'b', 'c'])
})

test('a read that fails is told to its askers only, and the rest goes on', async () => {
  const { read, ask } = storeInHand(1)
  const [failing, other] = [ask('a'), ask('b')]
  ;(await read(0)).reject(new Error('silence'))
  await expect(failing).rejects.toThrow('silence')
  ;(await read(1)).resolve('2')
  expect(await other).toBe('2')
})
