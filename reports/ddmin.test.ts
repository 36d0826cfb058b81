import { array, assert, integer, property, uniqueArray } from 'fast-check'
import { expect, test } from 'vitest'
import { ddmin } from './ddmin.ts'

const numbers = Array.from({ length: 200 }, (_, index) => index)

test('what is needed is what is left, in its order', () => {
  assert(
    property(uniqueArray(integer({ min: 0, max: 199 }), { maxLength: 8 }), (needed) => {
      const { kept, minimal } = ddmin(numbers, (candidate) => needed.every((one) => candidate.includes(one)))
      expect(kept).toEqual(needed.toSorted((a, b) => a - b))
      expect(minimal).toBe(true)
    }),
    { numRuns: 200, seed: 1 },
  )
})

test('no single item of what is left can be left out, whatever is asked for', () => {
  assert(
    property(array(integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 }), integer({ min: 2, max: 9 }), (items, least) => {
      const holds = (candidate: readonly number[]): boolean => candidate.reduce((sum, one) => sum + one, 0) >= least || candidate.length === items.length
      const { kept } = ddmin(items, holds)
      expect(holds(kept)).toBe(true)
      if (kept.length < items.length) for (const index of kept.keys()) expect(holds(kept.toSpliced(index, 1))).toBe(false)
    }),
    { numRuns: 300, seed: 1 },
  )
})

test('a limit of tests ends the search, and says so', () => {
  const ended = ddmin(numbers, (candidate) => candidate.includes(3), 3)
  expect(ended).toMatchObject({ tests: 3, minimal: false })
  expect(ended.kept).toContain(3)
})
