import { expect, test } from 'vitest'
import { examineChanged, examineEventful } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { sequence } from './sequence.ts'

test('valid: 1 to head', () => {
  expect(examineChanged(sequence)).toMatchObject({ verdict: 'valid', population: 6 })
})
test('invalid: an ack that names the seq of another message', () => {
  expect(examineExample('sequence')).toMatchObject({ verdict: 'invalid', figures: { unlikeAcks: 1, violations: 1 } })
})
test.each([
  ['a hole', { without: ['entry join carol', 'carol sees join'] }, 'holes'],
  ['a seq that is used twice', { with: ['9.2 audit entry leave dave room-1 6'] }, 'reused'],
  ['a delivery under another seq', { with: ['4.0 carol gets m3 5'] }, 'unlikeDeliveries'],
  ['a head above the end of the log', { with: ['4.0 carol heartbeat room-1 7'] }, 'headsAbove'],
  ['a head of another epoch', { with: ['4.0 carol heartbeat room-1 6 epoch=other'] }, 'headsAbove'],
])('invalid: %s', (_what, change, figure) => {
  const finding = examineChanged(sequence, change)
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { [figure]: 1, violations: 1 } })
  expect(finding.evidence[0]?.events.length).toBeGreaterThan(0)
})
test('unknown: no audit', () => {
  expect(examineChanged(sequence, { without: ['audit head'] }).verdict).toBe('unknown')
})
test('near miss: a head that lags behind', () => {
  expect(examineChanged(sequence, { with: ['4.0 carol heartbeat room-1 2'] }).verdict).toBe('valid')
})

test('near miss: a stub of a message that was deleted later', () => {
  expect(examineEventful(sequence, { with: ['4.6 bob stub room-1 4 on=wire way=sync rev=8'] })).toMatchObject({ verdict: 'valid', population: 10 })
})
test.each([
  ['a stub of a message that nothing was done to', '4.6 bob stub room-1 6 on=wire'],
  ['a stub at the seq of another entry', '4.6 bob stub room-1 7 on=wire'],
  ['an entry of another kind than the store has', '4.6 bob sees react room-1 7 on=wire'],
])('invalid: %s', (_what, line) => {
  expect(examineEventful(sequence, { with: [line] })).toMatchObject({ verdict: 'invalid', figures: { unlikeDeliveries: 1, violations: 1 } })
})
