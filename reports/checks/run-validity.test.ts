import { expect, test } from 'vitest'
import { cleanText, examineChanged, guarantees } from './clean-history.ts'
import { faultBit } from './fault-bit.ts'
import { generatorFit } from './generator-fit.ts'
import { nodesAccounted } from './nodes-accounted.ts'
import { population } from './population.ts'
import { checkList, examine, examineAll } from './table.ts'
import { parseHistory } from './text-history.ts'

test('fault-bit: valid with proof, unknown without, not applicable without faults; a fault that diverged is no proof and no doubt', () => {
  expect(examineChanged(faultBit)).toMatchObject({ verdict: 'valid', population: 1 })
  expect(examineChanged(faultBit, { without: ['fault cut'], with: ['fault cut node-*->redis 1 3 missed'] })).toMatchObject({
    verdict: 'unknown',
    why: 'cut node-*->redis did not bite',
  })
  expect(examineChanged(faultBit, { without: ['fault cut'] }).verdict).toBe('not-applicable')
  expect(examineChanged(faultBit, { with: ['fault kill node-1 2 - missed diverged'] })).toMatchObject({ verdict: 'valid', figures: { diverged: 1 } })
})

test('generator-fit: valid; unknown when messages are late, the loop lags or a client is silent', () => {
  expect(examineChanged(generatorFit)).toMatchObject({ verdict: 'valid', population: 2 })
  expect(examineChanged(generatorFit, { with: ['3.9 carol intended m4 room-1'] }).why).toContain('66.7 %')
  expect(examineChanged(generatorFit, { with: ['0.5 run lag 300000'] }).why).toContain('lagged 300 ms')
  expect(examineChanged(generatorFit, { with: ['clients dave@node-1'] }).why).toContain('dave')
})

test("generator-fit, near miss: what is not invoked inside impact is the cluster's doing", () => {
  expect(examineChanged(generatorFit, { with: ['2.5 carol intended m4 room-1'] }).verdict).toBe('valid')
})

test('nodes-accounted: a crash is a violation, a planned kill is not', () => {
  expect(examineChanged(nodesAccounted)).toMatchObject({ verdict: 'valid', population: 2 })
  const crash = examineChanged(nodesAccounted, { with: ['4.0 run exited node-2 1'] })
  expect(crash).toMatchObject({ verdict: 'invalid', figures: { violations: 1 } })
  expect(crash.evidence[0]?.node).toBe('node-2')
  expect(examineChanged(nodesAccounted, { with: ['4.0 run exited node-2 SIGKILL planned'] }).verdict).toBe('valid')
  expect(examineChanged(nodesAccounted, { with: ['defect a gap'] }).verdict).toBe('unknown')
})

test('population: a check that judged nothing makes the run unknown, one that does not apply does not', () => {
  const some = { name: 'some', claim: '', verdict: 'valid', population: 3, figures: {}, evidence: [] } as const
  expect(population.judge([some])).toMatchObject({ verdict: 'valid', population: 1 })
  expect(population.judge([some, { ...some, name: 'none', population: 0 }])).toMatchObject({ verdict: 'unknown', why: 'nothing to judge for none' })
  expect(population.judge([some, { ...some, population: 0, verdict: 'not-applicable' }]).verdict).toBe('valid')
})

test('the whole table is valid on the clean history, in the order of the list', () => {
  const results = examineAll(parseHistory(cleanText), guarantees)
  expect(results.filter((result) => result.verdict !== 'valid')).toEqual([])
  expect(results.map((result) => result.name)).toEqual(checkList.map((check) => check.name))
})

test('a check that throws is unknown, with the reason', () => {
  const broken = {
    name: 'broken',
    claim: '',
    examine: () => {
      throw new Error('no such column')
    },
  }
  expect(examine(broken, parseHistory(cleanText), guarantees)).toMatchObject({ verdict: 'unknown', why: 'the check failed: no such column' })
})

test("a hand-written history that can't be read quotes its line", () => {
  expect(() => parseHistory('clients alice\n0.1 alice dances')).toThrow('"0.1 alice dances": a client has no verb dances')
})
