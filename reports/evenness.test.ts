import { array, assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { changed } from './checks/clean-history.ts'
import { parseHistory } from './checks/text-history.ts'
import { evennessOf, spreadOf } from './evenness.ts'

test('nodes that have the same are even, and one that has everything is as uneven as can be', () => {
  expect(spreadOf([20, 20, 20])).toEqual({ maxToMean: 1, gini: 0 })
  expect(spreadOf([60, 0, 0])).toEqual({ maxToMean: 3, gini: 0.667 })
  expect(spreadOf([18, 3, 18])).toEqual({ maxToMean: 1.385, gini: 0.256 })
})

test('where there is nothing there is no evenness', () => {
  expect(spreadOf([0, 0])).toEqual({ maxToMean: null, gini: null })
  expect(spreadOf([])).toEqual({ maxToMean: null, gini: null })
})

test('order and scale of the counts do not matter, and giving from the poorest to the richest makes it less even', () => {
  assert(
    property(array(integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 8 }), (counts) => {
      const sorted = counts.toSorted((left, right) => left - right)
      expect(spreadOf(sorted)).toEqual(spreadOf(counts))
      expect(spreadOf(counts.map((count) => count * 7)).gini).toBeCloseTo(spreadOf(counts).gini ?? NaN, 2)
      const taken = sorted[0] ?? 0
      const robbed = [0, ...sorted.slice(1, -1), (sorted.at(-1) ?? 0) + taken]
      expect(spreadOf(robbed).gini).toBeGreaterThanOrEqual(spreadOf(counts).gini ?? NaN)
    }),
  )
})

test('of a run: sessions, stored messages, and deliveries by the node of the session in which they came', () => {
  const { connections, sends, deliveries, spread } = evennessOf(parseHistory(changed({})))
  expect(connections).toEqual({ 'node-1': 2, 'node-2': 1 })
  expect(sends).toEqual({ 'node-1': 2, 'node-2': 1 })
  expect(deliveries).toEqual({ 'node-1': 6, 'node-2': 3 })
  expect(spread.deliveries).toEqual({ maxToMean: 1.333, gini: 0.167 })
})
