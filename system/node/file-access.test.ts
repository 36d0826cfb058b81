import { expect, test } from 'vitest'
import { entryOf } from './entries.ts'
import { fileAnswer } from './file-access.ts'
import { storedUpload } from './fixtures/stored-upload.ts'
import type { StoredEntry } from './entries.ts'
import type { Membership } from './folds.ts'

const upload = storedUpload()
const { _id: uploadId, name, bytes, contentType, sha256 } = upload
const message = { senderId: 'ann', deviceId: 'd', clientMessageId: 'c', clientSeq: 1, type: 'file' as const, body: 'look', clientCreatedAt: 0 }
const attachments = [{ uploadId, name, bytes, contentType, sha256, state: 'scanning' as const }]
const carrier = (seq: number, changed: Partial<StoredEntry> = {}): StoredEntry => ({
  ...entryOf(
    { id: `m${seq}`, kind: 'message', actorId: 'ann', operationId: 'c', attempt: 1, message: { ...message, attachments }, uploadIds: [uploadId] },
    { roomId: 'tea', epoch: 'e', seq },
    'n',
    0,
  ),
  ...changed,
})
const stay = (joinedSeq: number, leftSeq: number | null) => ({ joinedSeq, leftSeq })
const membership: Membership = new Map([
  ['ann', { role: 'member', foldedSeq: 1, intervals: [stay(1, null)] }],
  ['early', { role: 'member', foldedSeq: 1, intervals: [stay(2, 4), stay(8, null)] }],
  ['late', { role: 'member', foldedSeq: 1, intervals: [stay(6, null)] }],
  ['gone', { role: 'member', foldedSeq: 1, intervals: [stay(2, 9)] }],
  ['moderator', { role: 'moderator', foldedSeq: 1, intervals: [stay(2, null)] }],
])
const codeFor = (user: string, carriers: StoredEntry[], changed: Parameters<typeof storedUpload>[0] = {}, held: string[] = []) => {
  const answer = fileAnswer({ membership, held: new Set(held) }, user, storedUpload(changed), carriers)
  return answer.ok ? answer.file.seq : answer.error.code
}

test('a member has a file whose message lies in one of the member’s stays', () => {
  expect([codeFor('early', [carrier(3)]), codeFor('late', [carrier(6)]), codeFor('late', [carrier(3), carrier(7)])]).toEqual([3, 6, 7])
})

test('nobody else has: not before the join, not between stays, not after the leave, not a stranger', () => {
  expect([codeFor('late', [carrier(5)]), codeFor('early', [carrier(5)])]).toEqual(['not_found', 'not_found'])
  expect([codeFor('gone', [carrier(3)]), codeFor('stranger', [carrier(3)])]).toEqual(['forbidden', 'forbidden'])
})

test('a file in no message is nobody’s, its owner’s neither', () => {
  expect(codeFor('ann', [])).toBe('not_found')
  expect(codeFor('ann', [carrier(3, { attachments: [], body: null })])).toBe('not_found')
})

test('a held message gives its file to its author and moderators only', () => {
  const held = carrier(3)
  expect(['ann', 'moderator', 'early'].map((user) => codeFor(user, [held], {}, [held._id]))).toEqual([3, 3, 'not_found'])
})

test('only what is clean is served', () => {
  const states = ['reserved', 'uploaded', 'scanning', 'error', 'infected', 'expired'] as const
  expect(states.map((state) => codeFor('ann', [carrier(3)], { state }))).toEqual([
    'not_clean',
    'not_clean',
    'not_clean',
    'not_clean',
    'infected',
    'upload_expired',
  ])
  expect(codeFor('ann', [carrier(3)], { servedKey: null })).toBe('not_clean')
})
