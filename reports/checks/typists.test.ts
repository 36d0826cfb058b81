import { expect, test } from 'vitest'
import { access } from './access.ts'
import { examineChanged, examineEventful, type Change } from './clean-history.ts'
import { kicked } from './hand-histories.ts'

/** Carol is kicked at seq 9: she is told so at 4.2, and bob sees it at 4.202. */
const afterKick = (...lines: readonly string[]) => examineEventful(access, { with: [...kicked, ...lines] })
const stranger: Change = { without: ['entry join carol'], with: ['9.102 audit entry react alice room-1 3'] }

test('valid: members are shown members', () => {
  const finding = examineChanged(access, { with: ['3.0 bob typing room-1 alice,carol', '3.1 bob typing room-1'] })
  expect(finding).toMatchObject({ verdict: 'valid', figures: { typing: 1, typingLeaked: 0 } })
})
test('invalid: typing is shown to who never was in the room, and of who never was', () => {
  const shown = (line: string) => examineChanged(access, { ...stranger, with: [...(stranger.with ?? []), line] })
  expect(shown('3.0 carol typing room-1 alice')).toMatchObject({ verdict: 'invalid', figures: { typingLeaked: 1 } })
  expect(shown('3.0 bob typing room-1 alice,carol')).toMatchObject({ verdict: 'invalid', figures: { typingLeaked: 1 } })
})
test('invalid: typing comes by the connection that has told its client that it is out', () => {
  const finding = afterKick('4.300 carol typing room-1 bob')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { typingLeaked: 1 } })
  expect(finding.evidence.map(({ title }) => title)).toContain('typing was shown in room-1: carol had been told that it is out')
})
test('invalid: typing of who is out comes by the connection that has told of it', () => {
  expect(afterKick('4.300 bob typing room-1 carol')).toMatchObject({ verdict: 'invalid', figures: { typingLeaked: 1 } })
})
test('near miss: it was on its way before the end of the stay was told', () => {
  expect(afterKick('4.199 carol typing room-1 bob', '4.201 bob typing room-1 carol').verdict).toBe('valid')
})
test('near miss: nobody types any more, and a user of no client of the run does', () => {
  expect(afterKick('4.300 carol typing room-1').verdict).toBe('valid')
  expect(examineChanged(access, { with: ['3.0 bob typing room-1 somebody'] }).verdict).toBe('valid')
})
test('near miss: who is back types again', () => {
  const back = [
    '4.650 carol joined room-1 11',
    '9.101 audit entry join carol room-1 11',
    '9.108 audit head room-1 11',
    '4.700 carol typing room-1 bob',
    '4.800 bob typing room-1 carol',
  ]
  expect(examineEventful(access, { without: ['audit head'], with: [...kicked, ...back] }).verdict).toBe('valid')
})
test('near miss: another connection has told nothing yet', () => {
  const again = ['4.210 bob disconnect transport', '4.220 bob connect node-1 session=2', '4.230 bob typing room-1 carol']
  expect(afterKick(...again).figures).toMatchObject({ typingLeaked: 0 })
})
test('unknown: no audit', () => {
  expect(examineChanged(access, { without: ['audit head'], with: ['3.0 bob typing room-1 alice'] }).verdict).toBe('unknown')
})
