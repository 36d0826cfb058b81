import { expect, test } from 'vitest'
import { examineChanged, examineEventful } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { noStuckStatus } from './no-stuck-status.ts'

test('valid: all reached delivered', () => {
  expect(examineChanged(noStuckStatus)).toMatchObject({ verdict: 'valid', population: 3, figures: { delivered: 3, worstToDeliveredMs: 1500 } })
})
test('invalid: a message stays sending', () => {
  const finding = examineExample('no-stuck-status')
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

test('near miss: sent where all others have left since, and where its sender was kicked', () => {
  const lastOne = { without: ['alice status m3 delivered', 'audit head'], with: ['9.1 audit entry leave bob room-1 11', '9.1 audit head room-1 11'] }
  expect(examineEventful(noStuckStatus, lastOne).verdict).toBe('valid')
  const kicked = { without: ['alice status m3 delivered', 'audit head'], with: ['9.1 audit entry leave alice room-1 11', '9.1 audit head room-1 11'] }
  expect(examineEventful(noStuckStatus, kicked).verdict).toBe('valid')
})
test('invalid: who was kicked is not waited for', () => {
  expect(examineEventful(noStuckStatus, { without: ['bob status m4 delivered'] })).toMatchObject({ verdict: 'invalid', figures: { sent: 1 } })
  expect(examineEventful(noStuckStatus, { without: ['alice status m3 delivered'], with: ['4.6 carol disconnect'] })).toMatchObject({
    verdict: 'invalid',
    figures: { sent: 1 },
  })
})
