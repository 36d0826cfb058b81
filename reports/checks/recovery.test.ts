import { expect, test } from 'vitest'
import { examineChanged, examineEventful } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { recovery } from './recovery.ts'

test('valid: three times after the heal', () => {
  expect(examineChanged(recovery)).toMatchObject({ verdict: 'valid', population: 4, figures: { firstOkMs: 610, allConnectedMs: 0, caughtUpMs: 201 } })
})
test('invalid: caught up too late', () => {
  const finding = examineChanged(recovery, {}, { recoveryMs: 100 })
  expect(finding.verdict).toBe('invalid')
  expect(finding.why).toContain('caught up 0.2 s after the heal, limit 0.1 s')
})
test('invalid: a client that should be there is not', () => {
  expect(examineExample('recovery')).toMatchObject({ verdict: 'invalid', figures: { absent: 1 } })
})
test('invalid: a client is connected and its sync never completes', () => {
  const change = { with: ['4.0 carol disconnect', '4.1 carol connect node-2 session=2', '4.2 carol syncBegin room-1 6'] }
  expect(examineChanged(recovery, change)).toMatchObject({ verdict: 'invalid', figures: { absent: 1 } })
})
test('invalid: settle ran into its deadline', () => {
  const finding = examineChanged(recovery, { without: ['run settled'], with: ['9.0 run settled 0 carol: outbox 1'] })
  expect(finding).toMatchObject({ verdict: 'invalid' })
  expect(finding.why).toContain('carol: outbox 1')
})
test('unknown: the fault was never healed', () => {
  expect(
    examineChanged(recovery, { without: ['fault cut', 'run settled'], with: ['fault cut node-*->redis 1 - bit', '9.0 run settled 0 carol'] }).verdict,
  ).toBe('unknown')
})
test('near miss: a client that reconnects and completes its sync, and one that is expected to be gone', () => {
  const back = { with: ['3.5 carol disconnect', '3.6 carol connect node-2 session=2', '3.65 carol syncBegin room-1 6', '3.7 carol syncComplete room-1 6'] }
  expect(examineChanged(recovery, back).verdict).toBe('valid')
  expect(examineChanged(recovery, { without: ['carol expected'], with: ['0.5 carol expected 0', '4.0 carol disconnect'] }).verdict).toBe('valid')
})

test('near miss: a sync of a room that the client was put out of meanwhile never completes', () => {
  const change = { with: ['4.15 carol disconnect', '4.16 carol connect node-2 session=2', '4.17 carol syncBegin room-1 6'] }
  expect(examineEventful(recovery, change).verdict).toBe('valid')
})
