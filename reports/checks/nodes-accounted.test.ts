import { expect, test } from 'vitest'
import { examineChanged } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { nodesAccounted } from './nodes-accounted.ts'

test('valid: the run ended both nodes itself', () => {
  expect(examineChanged(nodesAccounted)).toMatchObject({ verdict: 'valid', population: 2, figures: { exits: 2, planned: 2 } })
})
test('invalid: a node is killed, and nobody planned it', () => {
  const finding = examineExample('nodes-accounted')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { exits: 3, planned: 2, violations: 1 } })
  expect(finding.evidence[0]?.events.filter((event) => event.text.includes('ends by itself'))).toHaveLength(1)
})
test.each([
  ['with an error', '1'],
  ['in order, but unasked', '0'],
])('invalid: a node ends %s', (_what, how) => {
  const finding = examineChanged(nodesAccounted, { with: [`4.0 run exited node-2 ${how}`] })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { exits: 3, planned: 2, violations: 1 } })
  expect(finding.evidence[0]).toMatchObject({ node: 'node-2', title: expect.stringContaining('node-2 ends by itself') })
})
test('unknown: the record is broken, or tells of no node that started', () => {
  expect(examineChanged(nodesAccounted, { with: ['defect a gap'] }).verdict).toBe('unknown')
  expect(examineChanged(nodesAccounted, { without: ['run started', 'run exited'] })).toMatchObject({ verdict: 'unknown', why: 'there was nothing to judge' })
})
test('near miss: a planned kill and the start after it', () => {
  const change = { with: ['2.0 run exited node-2 SIGKILL planned', '2.5 run started node-2'] }
  expect(examineChanged(nodesAccounted, change)).toMatchObject({ verdict: 'valid', population: 3 })
})
