import { expect, test } from 'vitest'
import { examineChanged, examineEventful } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { sessionGuarantees } from './session-guarantees.ts'

/** alice reconnects to the other node and is told a head. */
const reconnect = (head: number): string[] => ['4.0 alice connect node-2 session=2', '4.1 alice syncBegin room-1 6', `4.2 alice syncComplete room-1 ${head}`]
const page = (to: number): string[] => ['4.5 alice asksPage room-1', `4.6 alice page room-1 3 ${to} newest=1`]

test('valid: reads reach what was written and seen, and writes stand in order', () => {
  expect(examineChanged(sessionGuarantees)).toMatchObject({ verdict: 'valid', population: 2 })
  expect(examineChanged(sessionGuarantees, { with: [...reconnect(6), ...page(6)] })).toMatchObject({ verdict: 'valid', population: 4 })
})
test('invalid: after a reconnect to another node its own message is not there', () => {
  const finding = examineExample('session-guarantees')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { readYourWrites: 1, violations: 1 } })
  expect(finding.evidence[0]?.title).toBe('alice reads room-1 up to seq 5, and had written seq 6')
  expect(finding.evidence[0]?.events.length).toBeLessThanOrEqual(12)
})
test('invalid: the newest page is older than what was applied', () => {
  const lines = page(5).map((line) => line.replace('alice', 'carol'))
  expect(examineChanged(sessionGuarantees, { with: lines })).toMatchObject({ verdict: 'invalid', figures: { monotonicReads: 1 } })
})
test('invalid: a page shows a message without a change that the reader had made', () => {
  const lines = ['4.5 bob asksPage room-1', '4.6 bob page room-1 4 10 newest=1', '4.6 bob reads m2 5']
  expect(examineEventful(sessionGuarantees, { with: lines })).toMatchObject({ verdict: 'invalid', figures: { readYourWrites: 1 } })
  expect(examineEventful(sessionGuarantees, { with: [...lines.slice(0, 2), '4.6 bob reads m2 5 rev=7'] }).verdict).toBe('valid')
})
test('invalid: a later message of a client stands before one that was acked', () => {
  const swapped = {
    without: ['audit stored m1', 'audit stored m3', 'audit read m1', 'audit read m3'],
    with: ['9.1 audit stored m1 room-1 6 node-1', '9.1 audit stored m3 room-1 4 node-1', '9.2 audit read m1 room-1 6', '9.2 audit read m3 room-1 4'],
  }
  expect(examineChanged(sessionGuarantees, swapped)).toMatchObject({ verdict: 'invalid', figures: { monotonicWrites: 1 } })
  expect(examineChanged(sessionGuarantees, swapped, { order: 'none' }).figures).toMatchObject({ monotonicWrites: 0 })
})
test('unknown: no audit', () => {
  expect(examineChanged(sessionGuarantees, { without: ['audit head'], with: reconnect(6) }).verdict).toBe('unknown')
})
test('near miss: the read was begun before the write was acked, or before the message was applied', () => {
  const early = ['3.605 alice asksPage room-1', '3.9 alice page room-1 3 5 newest=1', '3.615 carol asksPage room-1', '3.9 carol page room-1 3 5 newest=1']
  expect(examineChanged(sessionGuarantees, { with: early })).toMatchObject({ verdict: 'valid', population: 4 })
})
test('near miss: a page of older history, a write of unknown outcome, and acks from memory', () => {
  const lines = ['4.5 alice asksPage room-1', '4.6 alice page room-1 1 4', '4.7 alice sends m4 room-1', '4.8 alice unknown m4 timeout']
  expect(examineChanged(sessionGuarantees, { with: lines }).verdict).toBe('valid')
  expect(examineChanged(sessionGuarantees, { with: reconnect(5) }, { ack: 'memory' }).verdict).toBe('not-applicable')
})
