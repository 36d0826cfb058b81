import { describe, expect, test } from 'vitest'
import { permit } from './permission.ts'
import type { Intent } from './entries.ts'
import type { Member, Membership } from './folds.ts'
import type { MessageState } from './message-states.ts'
import type { Role } from '../protocol.ts'

const member = (role: Role, more: Partial<Member> = {}): Member => ({ role, intervals: [{ joinedSeq: 1, leftSeq: null }], foldedSeq: 1, ...more })
const membership = (): Membership =>
  new Map([
    ['owner', member('owner')],
    ['mod', member('moderator')],
    ['mod-2', member('moderator')],
    ['carl', member('member')],
    ['dora', member('member')],
    ['late', member('member', { intervals: [{ joinedSeq: 50, leftSeq: null }] })],
    ['muted', member('member', { mute: { until: 2000 } })],
    ['unmuted', member('member', { mute: { until: 900 } })],
    ['gone', member('moderator', { intervals: [{ joinedSeq: 1, leftSeq: 5 }] })],
    ['banned', member('member', { intervals: [{ joinedSeq: 1, leftSeq: 5 }], ban: { until: null } })],
  ])
const messages: Record<string, MessageState> = {
  ofCarl: { seq: 10, senderId: 'carl', rev: 10, isGone: false, isHeld: false },
  ofMod: { seq: 11, senderId: 'mod', rev: 11, isGone: false, isHeld: false },
  ofOwner: { seq: 12, senderId: 'owner', rev: 12, isGone: false, isHeld: false },
  held: { seq: 13, senderId: 'carl', rev: 20, isGone: false, isHeld: true },
  deleted: { seq: 14, senderId: 'carl', rev: 21, isGone: true, isHeld: false },
}
function answer(actorId: string, kind: Intent['kind'], more: Partial<Intent> = {}, isClosed = false): string {
  const state = { roomId: 'r', membership: membership(), isClosed, message: (id: string) => messages[id], nowMs: 1000 }
  const refused = permit(state, { id: 'i', operationId: 'o', attempt: 1, actorId, kind, ...more })
  return refused?.error.code ?? 'ok'
}
const answers = (actors: string[], kind: Intent['kind'], more: Partial<Intent>) => actors.map((actor) => `${actor} ${answer(actor, kind, more)}`).join(', ')
const text = (replyTo?: string): Partial<Intent> => ({
  message: {
    senderId: '',
    deviceId: '',
    clientMessageId: '',
    clientSeq: 1,
    type: 'text',
    body: 'x',
    clientCreatedAt: 0,
    ...(replyTo === undefined ? {} : { replyTo }),
  },
})

describe('who may', () => {
  test('send: members who are in and not muted now', () => {
    expect(answers(['carl', 'gone', 'stranger', 'muted', 'unmuted'], 'message', text())).toBe(
      'carl ok, gone forbidden, stranger forbidden, muted forbidden, unmuted ok',
    )
  })
  test('reply: to a message that is there for them', () => {
    expect([answer('carl', 'message', text('ofMod')), answer('carl', 'message', text('nowhere')), answer('late', 'message', text('ofMod'))]).toEqual([
      'ok',
      'not_found',
      'not_found',
    ])
  })
  test('join: everybody who is not banned', () => {
    expect(answers(['stranger', 'gone', 'banned'], 'join', {})).toBe('stranger ok, gone ok, banned forbidden')
  })
  test('edit: the author alone, while the message is there and not held', () => {
    expect(answers(['carl', 'dora', 'mod', 'owner', 'late', 'muted'], 'edit', { messageId: 'ofCarl' })).toBe(
      'carl ok, dora forbidden, mod forbidden, owner forbidden, late not_found, muted forbidden',
    )
    expect(['held', 'deleted', 'nowhere'].map((messageId) => answer('carl', 'edit', { messageId }))).toEqual(['held', 'not_found', 'not_found'])
  })
  test('delete: the author and moderators', () => {
    expect(answers(['carl', 'dora', 'mod', 'owner', 'gone'], 'delete', { messageId: 'held' })).toBe('carl ok, dora forbidden, mod ok, owner ok, gone forbidden')
    expect(answer('carl', 'delete', { messageId: 'deleted' })).toBe('not_found')
  })
  test('react: every member who sees the message', () => {
    expect(answers(['carl', 'dora', 'late', 'muted'], 'react', { messageId: 'ofCarl' })).toBe('carl ok, dora ok, late not_found, muted forbidden')
    expect(answer('mod', 'unreact', { messageId: 'held' })).toBe('held')
  })
  test('moderate: moderators over members and themselves, owners over all', () => {
    expect(['ofCarl', 'ofMod', 'ofOwner'].map((messageId) => answers(['carl', 'mod', 'mod-2', 'owner'], 'moderate', { messageId }))).toEqual([
      'carl forbidden, mod ok, mod-2 ok, owner ok',
      'carl forbidden, mod ok, mod-2 forbidden, owner ok',
      'carl forbidden, mod forbidden, mod-2 forbidden, owner ok',
    ])
  })
  test('kick: who is in, and below; leave: oneself', () => {
    expect(['carl', 'mod', 'owner', 'gone', 'stranger'].map((userId) => answers(['dora', 'mod-2', 'owner'], 'leave', { payload: { userId } }))).toEqual([
      'dora forbidden, mod-2 ok, owner ok',
      'dora forbidden, mod-2 forbidden, owner ok',
      'dora forbidden, mod-2 forbidden, owner ok',
      'dora forbidden, mod-2 forbidden, owner not_found',
      'dora forbidden, mod-2 not_found, owner not_found',
    ])
  })
  test('ban: anybody below, here or not; mute: who has ever been here', () => {
    expect([answer('mod', 'ban', { payload: { userId: 'stranger' } }), answer('mod', 'ban', { payload: { userId: 'owner' } })]).toEqual(['ok', 'forbidden'])
    expect([answer('mod', 'mute', { payload: { userId: 'stranger' } }), answer('mod', 'mute', { payload: { userId: 'carl' } })]).toEqual(['not_found', 'ok'])
  })
  test('give roles: owners, and never leave the room without one', () => {
    expect([
      answer('mod', 'role', { payload: { userId: 'carl', role: 'moderator' } }),
      answer('owner', 'role', { payload: { userId: 'carl', role: 'owner' } }),
      answer('owner', 'role', { payload: { userId: 'gone', role: 'member' } }),
      answer('owner', 'role', { payload: { userId: 'owner', role: 'member' } }),
    ]).toEqual(['forbidden', 'ok', 'not_found', 'forbidden'])
  })
  test('announce a purge: the system; and in a closed room nobody does anything', () => {
    expect([answer('system', 'purged'), answer('owner', 'purged')]).toEqual(['ok', 'forbidden'])
    expect([answer('owner', 'message', text(), true), answer('stranger', 'join', {}, true)]).toEqual(['forbidden', 'forbidden'])
  })
})
