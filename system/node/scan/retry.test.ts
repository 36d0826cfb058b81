import { expect, test } from 'vitest'
import { retryOf } from './retry.ts'

const settings = { attempts: 3, retryMs: 500 }

test('what failed with scanner and store at hand is tried a few times, ever later', () => {
  expect([0, 1, 2].map((attempts) => retryOf(attempts, true, settings))).toEqual([
    { kind: 'again', afterMs: 500 },
    { kind: 'again', afterMs: 1000 },
    { kind: 'given up' },
  ])
  expect(retryOf(20, true, { attempts: 50, retryMs: 500 })).toEqual({ kind: 'again', afterMs: 10_000 })
})

test('without a scanner or a store it is never given up', () => {
  expect(retryOf(99, false, settings)).toEqual({ kind: 'again', afterMs: 500 })
})
