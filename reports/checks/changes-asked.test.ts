/** In the eventful history bob edits m2 at seq 7, alice deletes m1 at 8, and carol goes at 9. */
import { expect, test } from 'vitest'
import { ackedIsStored } from './acked-is-stored.ts'
import { examineEventful, type Change } from './clean-history.ts'
import { noPhantom } from './no-phantom.ts'

const telling = 'capabilities sync receipts status edit moderation'
const sound: Change = {
  without: ['entry leave carol', 'alice asks delete', 'alice done delete'],
  with: [
    telling,
    '4.100 alice asks delete m1',
    '4.110 alice done delete m1 8',
    '4.190 alice asksAbout kick carol',
    '4.250 alice doneAbout kick 9',
    '9.100 audit entry leave carol room-1 9 by=alice',
  ],
}
const withChange = ({ without = [], with: lines = [] }: Change): Change => ({
  without: [...(sound.without ?? []), ...without.filter((text) => !sound.with?.some((line) => line.includes(text)))],
  with: [...(sound.with ?? []).filter((line) => !without.some((text) => line.includes(text))), ...lines],
})
const asked = (change: Change = {}) => examineEventful(noPhantom, withChange(change))
const acked = (change: Change = {}) => examineEventful(ackedIsStored, withChange(change))

test('valid: every change was asked for, and those that were acked stand where the ack says', () => {
  expect(asked()).toMatchObject({ verdict: 'valid', figures: { changes: 3, unasked: 0 } })
  expect(acked()).toMatchObject({ verdict: 'valid', figures: { changes: 3, changesAbsent: 0 } })
})

test.each([
  ['an edit that nobody asked for', { without: ['bob asks edit'] }],
  ['a deletion that somebody else asked for', { without: ['alice asks delete'], with: ['4.1 bob asks delete m1'] }],
  ['a kick of somebody else than was asked for', { without: ['alice asksAbout'], with: ['4.19 alice asksAbout kick bob'] }],
  ['a kick that was refused', { with: ['4.24 alice refused kick forbidden'] }],
])('invalid: the log has %s', (_what, change) => {
  const finding = asked(change)
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { unasked: 1 } })
  expect(finding.evidence[0]?.events.map(({ text }) => text)).toContain('its actor did not ask for it, or was refused')
})

test.each([
  ['at another seq', { without: ['bob done edit'], with: ['4.01 bob done edit m2 8'] }],
  ['beyond the head', { without: ['bob done edit'], with: ['4.01 bob done edit m2 99'] }],
  ['of another kind', { without: ['alice done delete'], with: ['4.11 alice done edit m1 8'] }],
  ['of another message', { without: ['alice done delete'], with: ['4.11 alice done delete m3 8'] }],
  ['by another user', { without: ['alice done delete'], with: ['4.11 bob done delete m1 8'] }],
])('invalid: what was acked stands %s', (_what, change) => {
  expect(acked(change)).toMatchObject({ verdict: 'invalid', figures: { changesAbsent: 1 } })
})

test('near miss: a change of unknown outcome, and one that was asked for again after a refusal', () => {
  expect(asked({ without: ['bob done edit'] }).verdict).toBe('valid')
  const again = ['4.05 alice refused kick forbidden', '4.18 alice asksAbout kick carol number=1']
  expect(asked({ with: again }).verdict).toBe('valid')
})

test('near miss: a driver that tells of no changes is asked for none', () => {
  expect(examineEventful(noPhantom, { without: ['bob asks edit'] })).toMatchObject({ verdict: 'valid', figures: { changes: 0 } })
})

test('unknown: without a sound audit', () => {
  expect(asked({ without: ['audit head', 'bob asks edit'] }).verdict).toBe('unknown')
  expect(acked({ without: ['audit head', 'bob done edit'] }).verdict).toBe('unknown')
})
