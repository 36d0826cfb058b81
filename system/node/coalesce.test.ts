import { expect, test } from 'vitest'
import { coalesce } from './coalesce.ts'

test('a call during a run is answered by a run that begins after it, shared by all who wait', async () => {
  const runs: PromiseWithResolvers<void>[] = []
  const call = coalesce(() => {
    const run = Promise.withResolvers<void>()
    runs.push(run)
    return run.promise
  })
  const first = call()
  const second = call()
  const third = call()
  expect(runs).toHaveLength(1)
  runs[0]?.resolve()
  await first
  await Promise.resolve()
  await Promise.resolve()
  expect(runs).toHaveLength(2)
  runs[1]?.resolve()
  await Promise.all([second, third])
  expect(runs).toHaveLength(2)
})

test('a failed run fails its own callers only', async () => {
  let runs = 0
  const call = coalesce(() => (++runs === 1 ? Promise.reject(new Error('away')) : Promise.resolve()))
  const [first, second] = await Promise.allSettled([call(), call()])
  expect([first.status, second.status]).toEqual(['rejected', 'fulfilled'])
})

test('a call right after a run joins the one that waits, so that never two run', async () => {
  let atOnce = 0
  let most = 0
  const call = coalesce(async () => {
    most = Math.max(most, ++atOnce)
    await Promise.resolve()
    atOnce--
  })
  const calls: Promise<void>[] = []
  const callAgain = async (times: number): Promise<void> => {
    calls.push(call())
    await Promise.resolve()
    if (times > 0) await callAgain(times - 1)
  }
  await callAgain(50)
  await Promise.all(calls)
  expect(most).toBe(1)
})
