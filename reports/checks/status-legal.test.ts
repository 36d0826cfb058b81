import { expect, test } from 'vitest'
import { examineChanged, examineEventful } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { isLegal, statusLegal } from './status-legal.ts'

test('valid: legal steps that are true', () => {
  expect(examineChanged(statusLegal)).toMatchObject({ verdict: 'valid', population: 3 })
})
test('invalid: delivered, and a member never applied it', () => {
  expect(examineExample('status-legal')).toMatchObject({ verdict: 'invalid', figures: { untrue: 1, violations: 1 } })
})
test.each([
  ['sent goes back to sending', { with: ['4.0 alice status m3 sending'] }, 'illegalSteps'],
  [
    'a failed message is stored',
    { without: ['alice status m3 sent', 'alice status m3 delivered', 'alice ok m3'], with: ['3.61 alice failed m3 forbidden', '3.62 alice status m3 failed'] },
    'untrue',
  ],
  ['delivered, and not stored', { with: ['4.0 bob sends m4 room-1', '4.1 bob status m4 sent', '4.2 bob status m4 delivered'] }, 'untrue'],
])('invalid: %s', (_what, change, figure) => {
  expect(examineChanged(statusLegal, change)).toMatchObject({ verdict: 'invalid', figures: { [figure]: 1, violations: 1 } })
})
test('unknown: no audit', () => {
  expect(examineChanged(statusLegal, { without: ['audit head'] }).verdict).toBe('unknown')
})
test('not applicable: a driver that shows no status', () => {
  expect(examineChanged(statusLegal, { with: ['capabilities sync'] }).verdict).toBe('not-applicable')
})
test('near miss: failed turns sent when its own entry appears, and retries while offline', () => {
  const change = {
    with: ['4.0 bob sends m4 room-1', '4.1 bob status m4 retrying', '4.2 bob status m4 offline', '4.3 bob status m4 sending', '4.4 bob status m4 failed'],
  }
  expect(examineChanged(statusLegal, change).verdict).toBe('valid')
  expect(isLegal('failed', 'sent')).toBe(true)
  expect(isLegal('sent', 'failed')).toBe(false)
  expect(isLegal(null, 'sending')).toBe(false)
})

test('near miss: a refused message of one who was kicked is failed; delivered without the one who was kicked', () => {
  expect(examineEventful(statusLegal, { without: ['carol gets m3'] }).verdict).toBe('valid')
})
test('invalid: delivered, and a member that stayed never applied it, though another was kicked', () => {
  expect(examineEventful(statusLegal, { without: ['alice gets m4'] })).toMatchObject({ verdict: 'invalid', figures: { untrue: 1 } })
})
