import { expect, test } from 'vitest'
import { wilson } from './wilson.ts'

test('an interval holds the share that was counted and is never outside 0 to 1', () => {
  for (const [hits, trials] of [
    [0, 10],
    [3, 10],
    [10, 10],
    [1, 1000],
  ] as const) {
    const { low, high } = wilson(hits, trials)
    expect(low).toBeGreaterThanOrEqual(0)
    expect(high).toBeLessThanOrEqual(1)
    expect(low).toBeLessThanOrEqual(hits / trials)
    expect(high).toBeGreaterThanOrEqual(hits / trials)
  }
})

test('values as others have published them', () => {
  expect(wilson(0, 10)).toEqual({ low: 0, high: expect.closeTo(0.2775, 3) as number })
  expect(wilson(5, 10)).toEqual({ low: expect.closeTo(0.2366, 3) as number, high: expect.closeTo(0.7634, 3) as number })
  expect(wilson(0, 0)).toEqual({ low: 0, high: 1 })
})
