import { expect, test } from 'vitest'
import { examineChanged } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { shownOrder } from './shown-order.ts'

const capable = 'capabilities sync status view'
const inOrder = ['9.95 alice view room-1 3', '9.95 alice views m1 4', '9.95 alice views m2 5', '9.95 alice views m3 6']
const swapped = ['9.95 carol view room-1 2', '9.95 carol views m2 5', '9.95 carol views m1 4']

test('valid: every view is in seq order at the end', () => {
  const finding = examineChanged(shownOrder, { with: [capable, ...inOrder, '9.96 bob view room-1 0'] })
  expect(finding).toMatchObject({ verdict: 'valid', population: 3, figures: { views: 2, liveInversions: 0 } })
})
test('not applicable: the driver can not tell what it shows', () => {
  expect(examineChanged(shownOrder).verdict).toBe('not-applicable')
})
test('invalid: a view shows a message behind a later one', () => {
  const finding = examineExample('shown-order')
  expect(finding).toMatchObject({ verdict: 'invalid', population: 2, figures: { violations: 1 } })
  expect(finding.evidence[0]).toMatchObject({ title: 'carol shows seq 4 of room-1 too far down', message: 'm1' })
  expect(finding.evidence[0]?.events.length).toBeLessThanOrEqual(12)
})
test('invalid: a view shows a message twice', () => {
  expect(examineChanged(shownOrder, { with: [capable, ...inOrder, '9.96 alice views m3 6'] })).toMatchObject({ verdict: 'invalid' })
})
test('unknown: the fault was never healed', () => {
  const change = { without: ['fault cut'], with: [capable, ...swapped, 'fault cut node-*->redis 1 - bit'] }
  expect(examineChanged(shownOrder, change).verdict).toBe('unknown')
})
test('unknown: no view was recorded', () => {
  expect(examineChanged(shownOrder, { with: [capable] })).toMatchObject({ verdict: 'unknown', population: 0 })
})
test('near miss: a message that came late was shown late, and stands in its place in the end', () => {
  const change = { without: ['alice gets m2'], with: [capable, ...inOrder, '3.9 alice gets m2 5 way=range', '4.0 alice gets m1 4 way=page'] }
  expect(examineChanged(shownOrder, change)).toMatchObject({ verdict: 'valid', figures: { liveInversions: 1, worstDisplacement: 1 } })
})
test('near miss: no order is promised', () => {
  expect(examineChanged(shownOrder, { with: [capable, ...swapped] }, { order: 'none' }).verdict).toBe('not-applicable')
})
