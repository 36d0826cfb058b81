import { expect, test } from 'vitest'
import { examineChanged } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { progress } from './progress.ts'

const demanded = { progress: 1 }

test('valid: whoever wanted something during the fault got on', () => {
  expect(examineChanged(progress, {}, demanded)).toMatchObject({ verdict: 'valid', population: 1, figures: { demanded: 1, fewestAcks: 1 } })
})
test('not applicable: no progress is demanded', () => {
  expect(examineChanged(progress).verdict).toBe('not-applicable')
})
test('invalid: a client got nothing acked while the fault was active', () => {
  const finding = examineExample('progress')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { fewestAcks: 0, violations: 1 } })
  expect(finding.evidence[0]?.title).toBe('bob wanted 1 messages sent during cut node-*->redis and got 0 acked')
  expect(finding.evidence[0]?.events.length).toBeLessThanOrEqual(12)
})
test('invalid: fewer than demanded, though it wanted more', () => {
  expect(examineChanged(progress, { with: ['1.5 bob sends m4 room-1'] }, { progress: 2 })).toMatchObject({ verdict: 'invalid', figures: { fewestAcks: 1 } })
})
test('unknown: nobody wanted anything during the fault, or there was none', () => {
  expect(examineChanged(progress, { without: ['bob sends m2'] }, demanded)).toMatchObject({ verdict: 'unknown', population: 0 })
  expect(examineChanged(progress, { without: ['fault cut'] }, demanded).verdict).toBe('unknown')
})
test('unknown: the run did not come to the end of settle', () => {
  expect(examineChanged(progress, { without: ['run settled'] }, demanded).verdict).toBe('unknown')
})
test('near miss: fewer than demanded, but all that it wanted; and a client that had left on purpose', () => {
  expect(examineChanged(progress, {}, { progress: 5 }).verdict).toBe('valid')
  const gone = { with: ['1.4 carol sends m4 room-1', '2.9 carol expected 0'] }
  expect(examineChanged(progress, gone, demanded)).toMatchObject({ verdict: 'valid', population: 1 })
})
test('near miss: a message that was wanted right before the heal', () => {
  expect(examineChanged(progress, { with: ['2.9 carol sends m4 room-1'] }, demanded)).toMatchObject({ verdict: 'valid', population: 1 })
})
