/** Alice and bob are in room-1; carol is in room-2 alone. */
import { expect, test } from 'vitest'
import { access } from './access.ts'
import { examineChanged, type Change } from './clean-history.ts'

const apart: Change = {
  without: ['carol joined', 'entry join carol', 'carol gets', 'carol sees', 'carol sync'],
  with: [
    'rooms room-2',
    '0.022 carol joined room-2 1',
    '9.102 audit entry react alice room-1 3',
    '9.102 audit entry join carol room-2 1',
    '9.106 audit head room-2 1',
  ],
}
const shown = (...lines: readonly string[]) => examineChanged(access, { ...apart, with: [...(apart.with ?? []), ...lines] })

test('valid: presence is shown of who shares a room, and of oneself', () => {
  expect(shown('3.0 alice presence bob online', '3.1 carol presence carol idle')).toMatchObject({
    verdict: 'valid',
    figures: { presence: 2, presenceLeaked: 0 },
  })
})
test.each(['online', 'idle', 'offline'])('invalid: a stranger is shown as %s', (state) => {
  const finding = shown(`3.0 carol presence bob ${state}`)
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { presenceLeaked: 1 } })
  expect(finding.evidence.map(({ title }) => title)).toContain('presence was shown: bob never was in a room with carol')
})
test('near miss: nothing is known of a stranger, nor of nobody in the run', () => {
  expect(shown('3.0 carol presence bob unknown', '3.0 carol presence somebody online').verdict).toBe('valid')
})
test('unknown: without a sound audit', () => {
  expect(examineChanged(access, { without: ['audit head'], with: ['3.0 carol presence bob online'] }).verdict).toBe('unknown')
})
