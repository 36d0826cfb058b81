import { expect, test } from 'vitest'
import { examineChanged } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { faultBit } from './fault-bit.ts'

const missed = { without: ['fault cut'], with: ['fault cut node-*->redis 1 3 missed'] }

test('valid: every fault has proof', () => {
  expect(examineChanged(faultBit)).toMatchObject({ verdict: 'valid', population: 1, figures: { bit: 1, withoutProof: 0 } })
})
test('invalid: never, a fault that did not bite makes the run unknown, whatever else went wrong', () => {
  const crashed = { ...missed, with: [...missed.with, '4.0 run exited node-2 1', '4.1 carol gets ghost 7', '4.2 carol disconnect'] }
  for (const change of [missed, crashed]) expect(examineChanged(faultBit, change)).toMatchObject({ verdict: 'unknown', figures: { violations: 0 } })
})
test('unknown: the only fault did not bite', () => {
  expect(examineExample('fault-bit')).toMatchObject({ verdict: 'unknown', why: 'cut node-*->redis did not bite' })
})
test('unknown: one of two faults did not bite, and it is named', () => {
  expect(examineChanged(faultBit, { with: ['fault stall node-1->redis 2 3 missed'] })).toMatchObject({
    verdict: 'unknown',
    population: 2,
    why: 'stall node-1->redis did not bite',
    figures: { bit: 1, withoutProof: 1 },
  })
})
test('unknown: no fault went as planned', () => {
  expect(examineChanged(faultBit, { without: ['fault cut'], with: ['fault kill node-1 2 - missed diverged'] })).toMatchObject({
    verdict: 'unknown',
    why: 'there was nothing to judge',
  })
})
test('near miss: a fault that diverged from the plan without biting, and one that is never healed but bit', () => {
  expect(examineChanged(faultBit, { with: ['fault kill node-1 2 - missed diverged'] })).toMatchObject({ verdict: 'valid', figures: { diverged: 1 } })
  expect(examineChanged(faultBit, { with: ['fault kill node-1 2 - bit permanent'] })).toMatchObject({ verdict: 'valid', population: 2 })
})
test('not applicable: an experiment without faults', () => {
  expect(examineChanged(faultBit, { without: ['fault cut'] }).verdict).toBe('not-applicable')
})
