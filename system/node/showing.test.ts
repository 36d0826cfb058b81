import { expect, test } from 'vitest'
import { shownTo } from './showing.ts'
import type { MessageContent, WireEntry } from '../protocol.ts'

const content: MessageContent = { senderId: 'bob', deviceId: 'd', clientMessageId: 'c', clientSeq: 1, type: 'text', body: 'spam?', clientCreatedAt: 0 }
const common = { room: 'r', epoch: 'e', seq: 2, rev: 3, id: 'm', actorId: 'bob', operationId: 'c', at: 0, kind: 'message' as const }
const member = (role: 'owner' | 'member') => ({ role, intervals: [{ joinedSeq: 1, leftSeq: null }], foldedSeq: 1 })
const room = { membership: new Map([['ann', member('owner')] as const, ['eve', member('member')] as const]), held: new Set(['m']) }

test('a held message is a stub, except to its author and moderators', () => {
  const held: WireEntry = { ...common, message: { ...content, editedAt: 1, edits: 1, moderation: 'held' } }
  expect(shownTo(room, 'eve', held).message).toEqual({ ...content, body: null, moderation: 'held' })
  for (const user of ['ann', 'bob']) expect(shownTo(room, user, held)).toEqual(held)
})

test('a held message that was deleted shows that to everyone, also before the node has folded the deletion', () => {
  const deleted: WireEntry = { ...common, message: { ...content, body: null, moderation: 'held', deleted: { at: 5, by: 'bob', kind: 'author' } } }
  for (const user of ['eve', 'ann', 'bob']) expect(shownTo(room, user, deleted)).toEqual(deleted)
})
