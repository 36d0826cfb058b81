/** In the clean history alice owns room-1, bob and carol are members of it; m1 (seq 4) and m3 (seq 6) are alice's, m2 (seq 5) is bob's. */
import { expect, test } from 'vitest'
import { access } from './access.ts'
import { changed, examineChanged } from './clean-history.ts'
import { deniedOf } from './permitted.ts'
import { parseHistory } from './text-history.ts'

/** Entries after m3, from seq 7 on, by what they say: `mute bob by=alice`. */
const judged = (...entries: readonly string[]) =>
  examineChanged(access, {
    without: ['audit head'],
    with: [
      ...entries.map((entry, index) => {
        const [kind = '', about = '', ...keys] = entry.split(' ')
        return kind === 'message'
          ? `9.103 audit stored ${keys[0]} room-1 ${7 + index} node-1`
          : `9.103 audit entry ${kind} ${about} room-1 ${7 + index} ${keys.join(' ')}`
      }),
      `9.106 audit head room-1 ${6 + entries.length}`,
    ],
  })
const said = (who: string, message: string): string[] => [`4.0 ${who} intended ${message} room-1`, `4.0 ${who} invoked ${message} room-1`]
const speaking = (...entries: readonly string[]) =>
  deniedOf(
    parseHistory(
      changed({
        without: ['audit head'],
        with: [
          ...said('bob', 'm4'),
          ...entries.map((entry, index) => entry.replace('SEQ', String(7 + index))),
          `9.106 audit head room-1 ${6 + entries.length}`,
        ],
      }),
    ),
  ).denied.map(({ why }) => why)

test('the owner mutes, bans and gives roles; a moderator stands over members; authors edit; each lifts what was put on', () => {
  const finding = judged(
    'role bob by=alice role=moderator',
    'mute carol by=bob',
    'mute carol by=bob lifted=1',
    'react carol about=m1',
    'edit bob about=m2',
    'delete bob about=m1',
    'moderate bob about=m2',
    'ban carol by=bob',
    'ban carol by=alice lifted=1',
    'join carol',
  )
  expect(finding).toMatchObject({ verdict: 'valid', figures: { rights: 16, acceptedWithoutRight: 0 } })
})

test.each([
  ['a reaction of who is muted', ['mute carol by=alice', 'react carol about=m1'], 'carol was muted'],
  ['a join of who is banned', ['ban carol by=alice', 'join carol'], 'carol joined though it was banned'],
  ['a reaction of who has left', ['leave carol', 'react carol about=m1'], 'carol was no member'],
  ["an edit of another's message", ['edit bob about=m1'], 'bob edited a message of alice'],
  ["a deletion of another's message by a member", ['delete bob about=m1'], 'bob deleted a message of alice as a member'],
  ['a role by a moderator', ['role bob by=alice role=moderator', 'role carol by=bob role=moderator'], 'bob gave carol a role without being an owner'],
  ['a kick by a member', ['leave carol by=bob'], 'bob put down carol without the rank for it'],
  ['a ban of the owner', ['role bob by=alice role=moderator', 'ban alice by=bob'], 'bob put down alice without the rank for it'],
  ['a ban of oneself', ['ban alice'], 'alice put down alice without the rank for it'],
  ['a hold by a member', ['moderate carol about=m2'], 'carol moderated without the rank for it'],
  ["a hold of the owner's message", ['role bob by=alice role=moderator', 'moderate bob about=m1'], 'bob moderated without the rank for it'],
  [
    'a kick by one who was a moderator before it was kicked itself',
    ['role bob by=alice role=moderator', 'leave bob by=alice', 'join bob', 'leave carol by=bob'],
    'bob put down carol without the rank for it',
  ],
  ['a purge by a client', ['purged bob'], 'bob did what only the system does'],
])('invalid: the log has %s', (_what, entries, why) => {
  const finding = judged(...entries)
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { acceptedWithoutRight: 1 } })
  expect(finding.evidence.map(({ title }) => title)).toContainEqual(expect.stringContaining(why))
})

test('a message of who is muted was accepted; one of before the mute, or of after it was lifted, was not meant', () => {
  expect(speaking('9.103 audit entry mute bob room-1 SEQ by=alice', '9.103 audit stored m4 room-1 SEQ node-1')).toEqual(['bob was muted'])
  expect(speaking('9.103 audit stored m4 room-1 SEQ node-1', '9.103 audit entry mute bob room-1 SEQ by=alice')).toEqual([])
  const lifted = [
    '9.103 audit entry mute bob room-1 SEQ by=alice',
    '9.103 audit entry mute bob room-1 SEQ by=alice lifted=1',
    '9.103 audit stored m4 room-1 SEQ node-1',
  ]
  expect(speaking(...lifted)).toEqual([])
})

test('near miss: a mute that ends by itself, which a clock ends', () => {
  expect(speaking('9.103 audit entry mute bob room-1 SEQ by=alice limited=1', '9.103 audit stored m4 room-1 SEQ node-1')).toEqual([])
})

test('near miss: a moderator who left by itself comes back as one, and an owner as an owner', () => {
  expect(judged('role bob by=alice role=moderator', 'leave bob', 'join bob', 'leave carol by=bob').verdict).toBe('valid')
  expect(judged('leave alice', 'join alice', 'role bob by=alice role=moderator').verdict).toBe('valid')
})

test('nothing is judged where the log does not say which role was given, nor in a room that others have been in', () => {
  expect(judged('role bob by=alice', 'leave carol by=bob')).toMatchObject({ verdict: 'valid', figures: { rights: 6 } })
  expect(judged('join dave', 'leave carol by=bob')).toMatchObject({ verdict: 'valid', figures: { rights: 0 } })
})

test('unknown: without a sound audit', () => {
  const entries = ['9.103 audit entry react carol room-1 7 about=m1', '9.103 audit entry mute carol room-1 8 by=bob']
  expect(examineChanged(access, { without: ['audit head'], with: entries }).verdict).toBe('unknown')
})
