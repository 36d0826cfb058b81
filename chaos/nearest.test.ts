import { expect, test } from 'vitest'
import { editDistance, nearest } from './nearest.ts'

test.each([
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
  ['same', 'same', 0],
])('%s to %s takes %i edits', (left, right, edits) => {
  expect(editDistance(left, right)).toBe(edits)
})

test('a slip of the finger finds what was meant', () => {
  expect(nearest('phases.warmpu', ['phases.warmup', 'phases.steady', 'seed'])).toBe('phases.warmup')
})

test('something quite different finds nothing', () => {
  expect(nearest('xyzzy', ['phases.warmup', 'guarantees.ack'])).toBeNull()
})
