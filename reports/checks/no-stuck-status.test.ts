import { expect, test } from 'vitest'
import { examineChanged } from './clean-history.ts'
import { noStuckStatus } from './no-stuck-status.ts'

test('valid: all reached delivered', () => {
  expect(examineChanged(noStuckStatus)).toMatchObject({ verdict: 'valid', population: 3, figures: { delivered: 3, worstToDeliveredMs: 1500 } })
})
test('invalid: a message stays sending', () => {
  const finding = examineChanged(noStuckStatus, { with: ['4.0 carol sends m4 room-1'] })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { sending: 1, violations: 1 } })
  expect(finding.evidence[0]?.locus).toBe('socket')
})
test('invalid: sent never becomes delivered, though all are there', () => {
  expect(examineChanged(noStuckStatus, { without: ['alice status m3 delivered'] })).toMatchObject({ verdict: 'invalid', figures: { sent: 1 } })
})
test('unknown: stuck behind a fault that was never healed', () => {
  const change = { without: ['fault cut'], with: ['fault cut node-*->redis 1 - bit', '4.0 carol sends m4 room-1'] }
  expect(examineChanged(noStuckStatus, change).verdict).toBe('unknown')
})
test('near miss: stuck with a client that went, sent where a member is gone, sent where a member lost it', () => {
  expect(examineChanged(noStuckStatus, { without: ['carol expected'], with: ['0.5 carol expected 0', '4.0 carol sends m4 room-1'] }).verdict).toBe('valid')
  expect(examineChanged(noStuckStatus, { without: ['alice status m3 delivered'], with: ['4.0 carol disconnect'] }).verdict).toBe('valid')
  expect(examineChanged(noStuckStatus, { without: ['alice status m3 delivered', 'bob gets m3'] }).verdict).toBe('valid')
})
