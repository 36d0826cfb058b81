import { expect, test } from 'vitest'
import { changesOf, stateOf } from './presence-state.ts'

const times = { nowMs: 100_000, sinceMs: 1, ttlMs: 10_000, warmMs: 6000 }

test('one active connection within the TTL makes a user online, idle ones alone make it idle', () => {
  expect(stateOf({ anyMs: 99_000, activeMs: 91_000 }, times)).toBe('online')
  expect(stateOf({ anyMs: 99_000, activeMs: 90_000 }, times)).toBe('idle')
  expect(stateOf({ anyMs: 99_000, activeMs: 0 }, times)).toBe('idle')
  expect(stateOf({ anyMs: 90_000, activeMs: 90_000 }, times)).toBe('offline')
  expect(stateOf(undefined, times)).toBe('offline')
})

test('without beats in Redis, or just after the first of them, a missing one says nothing', () => {
  expect(stateOf(undefined, { ...times, sinceMs: 0 })).toBe('unknown')
  expect(stateOf(undefined, { ...times, sinceMs: 94_001 })).toBe('unknown')
  expect(stateOf(undefined, { ...times, sinceMs: 94_000 })).toBe('offline')
  expect(stateOf({ anyMs: 99_000, activeMs: 99_000 }, { ...times, sinceMs: 98_000 })).toBe('online')
})

test('only what differs is told, and nothing at all of those of whom nothing is known', () => {
  const told = new Map([['ann', 'online'] as const, ['bob', 'online'] as const])
  expect(changesOf(told, new Map([['ann', 'online'] as const, ['bob', 'unknown'] as const, ['eve', 'unknown'] as const, ['dan', 'offline'] as const]))).toEqual(
    new Map([
      ['bob', 'unknown'],
      ['dan', 'offline'],
    ]),
  )
})
