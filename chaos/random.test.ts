import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { random } from './random.ts'

const draw = (seed: number, label?: string): number[] => {
  const chance = random(seed, label)
  return Array.from({ length: 20 }, () => chance.next())
}

test('the same seed and label give the same numbers', () => {
  fc.assert(
    fc.property(fc.integer(), fc.string(), (seed, label) => {
      expect(draw(seed, label)).toEqual(draw(seed, label))
    }),
    { numRuns: 50 },
  )
})

test('another label gives another stream', () => {
  expect(draw(7, 'fault 0')).not.toEqual(draw(7, 'fault 1'))
})

test('a number below a limit is whole and inside', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 1000 }), (seed, limit) => {
      const drawn = random(seed).below(limit)
      expect(Number.isInteger(drawn) && drawn >= 0 && drawn < limit).toBe(true)
    }),
  )
})

test('over many seeds each of three is picked about as often', () => {
  const counts = new Map<string, number>()
  for (let seed = 0; seed < 3000; seed++) {
    const picked = random(seed, 'fault 0').pick(['node-1', 'node-2', 'node-3'])
    counts.set(picked, (counts.get(picked) ?? 0) + 1)
  }
  for (const count of counts.values()) expect(count).toBeGreaterThan(850)
})

test('nothing can be picked from an empty list', () => {
  expect(() => random(1).pick([])).toThrow('the list is empty')
})
