import { expect, test } from 'vitest'
import { loadStill } from './still-load.ts'

/** A store that is read whole; `write` at that load, once it has been read. */
function storeWith(writeAt: number) {
  const stored = ['one']
  let loads = 0
  const load = async (): Promise<string[]> => {
    const copy = [...stored]
    if (++loads === writeAt) queueMicrotask(() => stored.push('two'))
    return copy
  }
  return { stored, load, loads: () => loads }
}

test('what was written after a load had read is in the next one, and the stale one is dropped', async () => {
  const { stored, load, loads } = storeWith(1)
  const dropped: string[][] = []
  const drop = async (stale: string[]): Promise<void> => void dropped.push(stale)
  const taken = await loadStill(
    load,
    () => stored.length,
    drop,
    (loaded) => ({ loaded, isWhole: loaded.length === stored.length }),
  )
  expect(taken).toEqual({ loaded: ['one', 'two'], isWhole: true })
  expect(dropped).toEqual([['one']])
  expect(loads()).toBe(2)
})

test('a load during which nothing was written is the only one', async () => {
  const { stored, load, loads } = storeWith(0)
  const drop = (): Promise<void> => Promise.reject(new Error('nothing is stale'))
  expect(
    await loadStill(
      load,
      () => stored.length,
      drop,
      (loaded) => loaded,
    ),
  ).toEqual(['one'])
  expect(loads()).toBe(1)
})
