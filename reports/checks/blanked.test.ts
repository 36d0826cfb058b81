/** In the eventful history alice's m1 (seq 4) is deleted at seq 8; bob's m2 is edited at 7. */
import { expect, test } from 'vitest'
import { examineEventful } from './clean-history.ts'
import { convergence } from './convergence.ts'
import { changesTold, recordOfM2, untold } from './hand-histories.ts'

const told = { without: untold, with: [...changesTold, ...recordOfM2, '9.109 audit read m3 room-1 6 rev=11 reacted=+1:carol'] }
const judged = (without: readonly string[], lines: readonly string[]) =>
  examineEventful(convergence, {
    without: [...told.without, ...without.filter((text) => !told.with.some((line) => line.includes(text)))],
    with: [...told.with.filter((line) => !without.some((text) => line.includes(text))), ...lines],
  })
/** Alice edited m1 at seq 12, as the log has it, before it was deleted at 13. */
const edited = (how: string): string[] => [
  '9.1001 audit entry edit alice room-1 12 about=m1',
  `9.1002 audit change edit alice m1 room-1 12 ${how}`,
  '9.1003 audit entry delete alice room-1 13 about=m1',
  '9.1004 audit change delete alice m1 room-1 13',
  '9.1011 audit stub m1 room-1 4 node-1 rev=13',
  '9.1051 audit readStub m1 room-1 4 rev=13',
  '9.108 audit head room-1 13',
]
const again = ['audit head', 'audit stub m1', 'audit readStub m1', 'entry delete', 'change delete']
const whole = ['9.101 audit stored m1 room-1 4 node-1 rev=8', '9.1011 audit record m1 room-1 4 rev=8 gone=1 deleted=author']

test('valid: of what was deleted the log has nothing more', () => {
  expect(judged([], [])).toMatchObject({ figures: { leftInLog: 0 } })
  expect(judged(again, edited('blanked=1'))).toMatchObject({ figures: { leftInLog: 0 } })
})
test('invalid: the first body of a deleted message is still in the log', () => {
  const finding = judged(['audit stub m1'], whole)
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { leftInLog: 1 } })
})
test('invalid: the body of an edit of a deleted message is still in the log', () => {
  expect(judged(again, edited('body=m1-e1'))).toMatchObject({ verdict: 'invalid', figures: { leftInLog: 1 } })
})
test('near miss: an edit of a message that is there', () => {
  expect(judged([], []).verdict).toBe('valid')
})
test('unknown: without a sound audit', () => {
  expect(judged(['audit head', 'audit stub m1'], whole).verdict).toBe('unknown')
})
