import { expect, test } from 'vitest'
import { examineChanged } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { storedOnce } from './stored-once.ts'

test('valid: one stored message an intent', () => {
  expect(examineChanged(storedOnce)).toMatchObject({ verdict: 'valid', population: 3 })
})
test('invalid: a resend was stored a second time', () => {
  expect(examineExample('stored-once')).toMatchObject({ verdict: 'invalid', figures: { storedTwice: 1, violations: 1 } })
})
test('invalid: two acks of one intent name different seqs', () => {
  expect(examineChanged(storedOnce, { with: ['4.0 alice ok m3 5'] })).toMatchObject({ verdict: 'invalid', figures: { unlikeAcks: 1 } })
})
test('unknown: no audit', () => {
  expect(examineChanged(storedOnce, { without: ['audit head'] }).verdict).toBe('unknown')
})
test('near miss: two attempts and two equal acks are one message', () => {
  expect(examineChanged(storedOnce, { with: ['3.7 alice attempt m3 2', '3.8 alice ok m3 6'] })).toMatchObject({ verdict: 'valid', population: 3 })
})
