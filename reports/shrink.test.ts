import { describe, expect, test, vi } from 'vitest'
import { changed, guarantees } from './checks/clean-history.ts'
import { parseHistory } from './checks/text-history.ts'
import { cleanRun } from './mutators/clean-run.ts'
import { plant } from './mutators/measure.ts'
import { mutators } from './mutators/table.ts'
import { renderShrunk } from './render/journey.ts'
import { shrink } from './shrink.ts'

// The machine that runs them may be busy.
vi.setConfig({ testTimeout: 30_000 })
const clean = cleanRun({ rooms: 4, clients: 12, messages: 1200, odd: 4 })
/** One mutation of the first way of that mutator. */
function broken(name: string) {
  const mutator = mutators.find((one) => one.name === name)!
  return plant(clean, { name, ways: mutator.ways.slice(0, 1) }, { count: 1, seed: 3 }).history
}

test('an illegal pair of deliveries is found among all rows, and told in plain sentences', () => {
  const shrunk = shrink(broken('duplicate'), 'applied-once', { guarantees })!
  expect(shrunk.rowsBefore).toBeGreaterThan(15_000)
  expect(shrunk.minimal).toBe(true)
  expect(shrunk.story.events.filter(({ text }) => text.includes('applies it as seq'))).toHaveLength(2)
  expect(shrunk.rows.length).toBeLessThan(15)
  expect(renderShrunk(shrunk)).toMatch(/rows show it; without any one of them it is gone/)
})

test('the same history shrinks to the same rows', () => {
  const once = shrink(broken('drop'), 'delivered-to-all', { guarantees })!
  expect(shrink(broken('drop'), 'delivered-to-all', { guarantees })).toEqual(once)
  expect(once.story.title).toMatch(/ for user-\d+ \((local|remote)\)$/)
})

describe('a violation by hand', () => {
  const other = ['9.105 audit stored m3 room-1 6 node-1 body=another', '9.109 audit read m3 room-1 6 body=another']
  const history = parseHistory(changed({ without: ['audit stored m3', 'audit read m3'], with: other }))

  test('keeps the reason for which it is one: what is stored is not left out to make it absent', () => {
    const shrunk = shrink(history, 'acked-is-stored', { guarantees })!
    const texts = shrunk.story.events.map(({ text }) => text)
    expect(texts).toContainEqual(expect.stringMatching(/^audit: the store has it as seq 6 of room-1/))
    expect(texts).toContainEqual(expect.stringMatching(/^alice gets the ack: seq 6/))
  })

  test('without any one of its rows it is gone, and with all of them it is there', () => {
    const shrunk = shrink(history, 'acked-is-stored', { guarantees })!
    expect(shrunk).toMatchObject({ minimal: true, rowsBefore: history.columns.length })
    expect(shrunk.rows.length).toBeLessThan(8)
  })

  test('is nothing for a check that finds none', () => {
    expect(shrink(history, 'stored-once', { guarantees })).toBeNull()
  })
})

test('a check that is not there is named, with those that are', () => {
  expect(() => shrink(clean, 'no-such-check', { guarantees })).toThrow('no check no-such-check; there are acked-is-stored,')
})
