import { expect, test } from 'vitest'
import { seededRandom } from '../random.ts'
import { drawn, readMix } from './mix.ts'

test('a mix is read from a map and from JSON text alike; nothing is no mix', () => {
  expect(readMix({ edit: 0.05, page: 0.02 }, null)).toEqual({ mix: { edit: 0.05, page: 0.02 } })
  expect(readMix('{"edit":0.05}', null)).toEqual({ mix: { edit: 0.05 } })
  expect(readMix(undefined, null)).toEqual({ mix: {} })
})

test('a misspelt kind, a share that is none, and what the driver lacks are told', () => {
  expect(readMix({ edits: 0.1 }, null)).toEqual({ problem: expect.stringMatching(/^mix has no "edits"; it has edit, delete, delete-edited, react/) })
  expect(readMix({ edit: 1.5 }, null)).toEqual({ problem: 'the share of edit is a number from 0 to 1, not 1.5' })
  expect(readMix({ react: '0.1' }, null)).toEqual({ problem: expect.stringContaining('share of react') })
  expect(readMix('edit', null)).toEqual({ problem: expect.stringContaining('mix is a map') })
  expect(readMix({ react: 0.1 }, ['sync', 'reply'])).toEqual({ problem: "the driver can't do edit, which react needs" })
  expect(readMix({ react: 0, reply: 0.1 }, ['sync', 'reply'])).toEqual({ mix: { react: 0, reply: 0.1 } })
})

test('each kind comes as often as its share says, the same for the same seed', () => {
  const mix = { edit: 0.05, react: 0.3 }
  const counts = (seed: number): Record<string, number> => {
    const random = seededRandom(seed)
    const found: Record<string, number> = {}
    for (let turn = 0; turn < 10_000; turn++) for (const kind of drawn(mix, random)) found[kind] = (found[kind] ?? 0) + 1
    return found
  }
  expect(counts(3)).toEqual(counts(3))
  // Five standard deviations.
  expect(Math.abs((counts(3)['edit'] ?? 0) - 500)).toBeLessThan(110)
  expect(Math.abs((counts(3)['react'] ?? 0) - 3000)).toBeLessThan(230)
  expect(Object.keys(counts(3)).toSorted()).toEqual(['edit', 'react'])
})
