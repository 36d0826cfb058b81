import { describe, expect, test } from 'vitest'
import { guarantees } from '../checks/clean-history.ts'
import { examineAll } from '../checks/table.ts'
import type { History } from '../history/history.ts'
import { cleanRun } from './clean-run.ts'
import { Draft } from './draft.ts'
import { measure, measureAll, plant, sightingTable, unknownChecks } from './measure.ts'
import { mutators } from './table.ts'

/** 100,000 operations: 25,000 sends and three deliveries of each. */
const clean = cleanRun({ rooms: 40, clients: 120, messages: 25_000, odd: 8 })
const small = cleanRun({ rooms: 4, clients: 12, messages: 1200, odd: 4 })
const options = { guarantees, count: 4, seed: 7 }

const columnsOf = ({ columns, names }: History) => ({ columns, names })

test('the run that is mutated is sound: nothing is invalid, and the checks have something to judge', () => {
  const results = examineAll(clean, guarantees)
  expect(results.filter((result) => result.verdict === 'invalid' || result.verdict === 'unknown')).toEqual([])
  expect(results.find((result) => result.name === 'acked-is-stored')?.population).toBe(25_000)
})

describe.each(mutators)('$name', (mutator) => {
  const sightings = measure(clean, mutator, options)

  test('is seen by every check that must see it, each time', () => {
    expect(sightings.filter((one) => one.caught < one.planted)).toEqual([])
    const due = new Set(mutator.ways.flatMap((way) => way.must))
    expect(new Set(sightings.filter((one) => one.planted > 0).map((one) => one.check))).toEqual(due)
  })

  test('makes no check accuse anything else', () => {
    expect(sightings.filter((one) => one.falseAlarms > 0)).toEqual([])
  })
})

test('mutators name only checks that are there', () => {
  expect(unknownChecks()).toEqual([])
})

test('the same seed plants the same, another seed elsewhere; the clean run stays as it is', () => {
  const before = columnsOf(new Draft(small).finish())
  const [first, again, other] = [3, 3, 4].map((seed) => columnsOf(plant(small, mutators[0]!, { count: 4, seed }).history))
  expect(again).toEqual(first)
  expect(other).not.toEqual(first)
  expect(columnsOf(new Draft(small).finish())).toEqual(before)
})

test('a check that is blind, and one that accuses at random, are shown as such', () => {
  const [drop] = mutators
  const blind = { ...drop!, ways: [{ does: 'nothing at all', must: ['applied-once'], plant: () => [] }] }
  expect(measure(small, blind, options).find((one) => one.check === 'applied-once')).toMatchObject({ planted: 4, caught: 0, falseAlarms: 0 })
  const silent = { ...drop!, ways: [{ ...drop!.ways[0]!, must: [], may: [] }] }
  expect(measure(small, silent, options).find((one) => one.check === 'delivered-to-all')).toMatchObject({ planted: 0, falseAlarms: 4 })
})

test('the table has one row a mutator and check that must see it', () => {
  const rows = sightingTable(measureAll(small, { guarantees, count: 4 }, [1, 2])).split('\n')
  expect(rows).toContain('| duplicate | `applied-once` | 4 of 4 | 1.00 | 0 |')
  expect(rows.filter((row) => row.startsWith('| drop |'))).toHaveLength(5)
})
