import { expect, test } from 'vitest'
import { nextIntended, talkWindow, type PhaseTime } from './pacer.ts'
import { seededRandom } from './random.ts'

const seconds = (from: number, to: number): { startNs: number; endNs: number } => ({ startNs: from * 1e9, endNs: to * 1e9 })
const plan: PhaseTime[] = [
  { name: 'warmup', ...seconds(0, 4) },
  { name: 'steady', ...seconds(4, 10) },
  { name: 'impact', ...seconds(10, 22) },
  { name: 'recovery', ...seconds(22, 30) },
]

test('talk lasts from the start of warm-up to the end of recovery', () => {
  expect(talkWindow(plan, false)).toEqual({ fromNs: 0, untilNs: 30e9 })
})

test('a room that falls silent stops a third into the impact', () => {
  expect(talkWindow(plan, true).untilNs).toBe(14e9)
})

test('while recovery has not been told, talk has no end', () => {
  expect(talkWindow(plan.slice(0, 2), true)).toEqual({ fromNs: 0, untilNs: null })
  expect(talkWindow([], false)).toEqual({ fromNs: null, untilNs: null })
})

test('a settle that comes early ends the talk', () => {
  expect(talkWindow([...plan, { name: 'settle', ...seconds(27, 40) }], false).untilNs).toBe(27e9)
})

test.each(['poisson', 'jittered'] as const)('%s intents rise, keep the rate, and repeat with the seed', (spread) => {
  const intents = (seed: number): number[] => {
    const random = seededRandom(seed)
    const times = [0]
    for (let index = 0; index < 20_000; index++) times.push(nextIntended(times[index] ?? 0, 8, spread, random))
    return times
  }
  const times = intents(7)
  expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? Infinity))).toBe(true)
  expect(20_000 / ((times.at(-1) ?? 0) / 1e9)).toBeCloseTo(8, 0)
  expect(intents(7)).toEqual(times)
  expect(intents(8)).not.toEqual(times)
})
