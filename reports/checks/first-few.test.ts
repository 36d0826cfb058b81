import { expect, test } from 'vitest'
import { firstFew } from './first-few.ts'

test('three are named, and the rest is counted', () => {
  expect(firstFew(['a', 'b', 'c'])).toBe('a, b, c')
  expect(firstFew(['a', 'b', 'c', 'd', 'e'], '; ')).toBe('a; b; c and 2 more')
})
