import { expect, test } from 'vitest'
import type { CheckResult } from '../result.ts'
import type { Guarantees } from './check.ts'
import { changed, guarantees, type Change } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { population } from './population.ts'
import { checks, examineAll } from './table.ts'
import { parseHistory } from './text-history.ts'

/** It judges the findings of all other checks, so all of them look at the history. */
function populationOf(change: Change = {}, promised: Partial<Guarantees> = {}): { finding: CheckResult | undefined; others: CheckResult[] } {
  const results = examineAll(parseHistory(changed(change)), { ...guarantees, ...promised })
  return { finding: results.at(-1), others: results.slice(0, -1) }
}

test('valid: every check that applies had cases', () => {
  const { finding, others } = populationOf()
  const applicable = others.filter((result) => result.verdict !== 'not-applicable').length
  expect(applicable).toBeGreaterThan(checks.length / 2)
  expect(finding).toMatchObject({ name: 'population', verdict: 'valid', population: applicable, figures: { empty: 0 } })
})
test('invalid: never, what other checks find wrong is theirs to tell', () => {
  const { finding, others } = populationOf({ with: ['4.0 run exited node-2 1', '4.1 carol gets ghost 7'] })
  expect(others.filter((result) => result.verdict === 'invalid').map((result) => result.name)).toEqual(
    expect.arrayContaining(['no-phantom', 'nodes-accounted']),
  )
  expect(finding).toMatchObject({ verdict: 'valid', figures: { violations: 0 } })
})
test('unknown: a check had nothing to judge, and it is named', () => {
  expect(examineExample('population')).toMatchObject({ verdict: 'unknown', why: 'nothing to judge for nodes-accounted' })
})
test('unknown: no message was ever sent', () => {
  const { finding } = populationOf({ without: [' m1', ' m2', ' m3'] })
  expect(finding?.verdict).toBe('unknown')
  expect(finding?.why).toContain('acked-is-stored, delivered-to-all')
})
test('unknown: no check applies at all', () => {
  expect(population.judge([])).toMatchObject({ verdict: 'unknown', why: 'no check applies' })
})
test('near miss: checks that judged nothing because they do not apply', () => {
  const { finding, others } = populationOf({ without: ['fault cut'], with: ['capabilities sync'] })
  expect(others.find((result) => result.name === 'fault-bit')).toMatchObject({ verdict: 'not-applicable', population: 0 })
  const applicable = others.filter((result) => result.verdict !== 'not-applicable').length
  expect(finding).toMatchObject({ verdict: 'valid', population: applicable })
  expect(applicable).toBeLessThan(checks.length - 1)
})
