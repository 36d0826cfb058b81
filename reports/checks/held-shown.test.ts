/** Alice, who owns room-1, holds bob's m2 (seq 5) for review at seq 7; carol is a plain member. */
import { expect, test } from 'vitest'
import { access } from './access.ts'
import { examineChanged } from './clean-history.ts'

const held = [
  '9.100 audit entry moderate alice room-1 7 about=m2',
  '9.1001 audit change moderate alice m2 room-1 7 how=hold',
  '9.102 audit record m2 room-1 5 rev=7 moderation=held held=1',
  '9.106 audit head room-1 7',
]
const shown = (...lines: readonly string[]) => examineChanged(access, { without: ['audit head'], with: [...held, ...lines] })

test('valid: it is a stub to a member, and whole to its author and the owner', () => {
  const finding = shown(
    '4.0 carol shows m2 5 rev=7 gone=1 moderation=held',
    '4.0 carol stub room-1 5 on=wire way=sync rev=7',
    '4.0 carol readsStub room-1 5 rev=7',
    '4.0 alice reads m2 5 rev=7 moderation=held',
    '4.0 bob gets m2 5 on=wire way=sync rev=7',
  )
  expect(finding).toMatchObject({ verdict: 'valid', figures: { held: 5, heldLeaked: 0 } })
})
test.each([
  ['a sync', '4.0 carol gets m2 5 on=wire way=sync rev=7'],
  ['a page or a search', '4.0 carol reads m2 5 rev=7 moderation=held'],
  ['its own view', '4.0 carol shows m2 5 rev=7 moderation=held'],
])('invalid: a member is shown it whole by %s', (_way, line) => {
  const finding = shown(line)
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { heldLeaked: 1 } })
  expect(finding.evidence[0]?.title).toBe('seq 5 of room-1: carol was shown it whole while it was held')
})
test('near miss: as it was before it was held, and after the release', () => {
  const released = [
    '9.100 audit entry moderate alice room-1 8 about=m2',
    '9.1001 audit change moderate alice m2 room-1 8 how=release',
    '9.107 audit head room-1 8',
  ]
  const lines = ['4.0 carol gets m2 5 on=wire way=range', '4.1 carol reads m2 5 rev=8']
  expect(examineChanged(access, { without: ['audit head'], with: [...held.slice(0, 2), ...released, ...lines] })).toMatchObject({ verdict: 'valid' })
})
test('near miss: to who was a moderator at some time, and where the log does not say which role was given', () => {
  for (const role of ['role=moderator', ''])
    expect(
      examineChanged(access, {
        without: ['audit head'],
        with: [
          ...held.slice(0, 3),
          `9.1 audit entry role carol room-1 8 by=alice ${role}`,
          '9.107 audit head room-1 8',
          '4.0 carol reads m2 5 rev=7 moderation=held',
        ],
      }).verdict,
    ).toBe('valid')
})
test('unknown: without a sound audit', () => {
  expect(examineChanged(access, { without: ['audit head'], with: [...held.slice(0, 3), '4.0 carol reads m2 5 rev=7'] }).verdict).toBe('unknown')
})
