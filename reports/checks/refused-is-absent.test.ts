import { expect, test } from 'vitest'
import { examineChanged, examineEventful } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { refusedIsAbsent } from './refused-is-absent.ts'

test('valid: what was refused is nowhere', () => {
  expect(examineEventful(refusedIsAbsent)).toMatchObject({ verdict: 'valid', population: 1 })
})
test('not applicable: nothing was refused', () => {
  expect(examineChanged(refusedIsAbsent)).toMatchObject({ verdict: 'not-applicable', why: 'no send was refused for good' })
})
test('invalid: a refused message is in the store', () => {
  const change = {
    without: ['audit head'],
    with: ['9.1 audit stored m5 room-1 11 node-1', '9.1 audit head room-1 11', '9.2 audit read m5 room-1 11'],
  }
  const finding = examineEventful(refusedIsAbsent, change)
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { stored: 1, seen: 0, violations: 1 } })
  expect(finding.evidence[0]?.events.map((event) => event.text)).toContain('carol is told that it failed: forbidden')
})
test('invalid: a refused message was seen by somebody, if only on the wire', () => {
  const finding = examineExample('refused-is-absent')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { stored: 0, seen: 1 } })
  expect(finding.evidence[0]?.events.length).toBeLessThanOrEqual(12)
})
test('unknown: no audit', () => {
  expect(examineEventful(refusedIsAbsent, { without: ['audit head'] }).verdict).toBe('unknown')
})
test('near miss: a refusal after an attempt of unknown outcome, and one after which its user sent it again', () => {
  const seen = ['4.6 bob gets m5 11 on=wire']
  expect(examineEventful(refusedIsAbsent, { with: ['4.505 carol unknown m5 timeout', ...seen] }).verdict).toBe('not-applicable')
  expect(examineEventful(refusedIsAbsent, { with: ['4.52 carol attempt m5 2', '4.53 carol ok m5 11', ...seen] }).verdict).toBe('not-applicable')
})
