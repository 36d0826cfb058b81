import { expect, test } from 'vitest'
import { attachmentsOf } from './attachments.ts'
import { storedUpload } from './fixtures/stored-upload.ts'
import type { UploadState } from '../protocol.ts'

const owner = { userId: 'ann', roomId: 'tea' }
const stored = storedUpload()
const codeOf = (changed: Parameters<typeof storedUpload>[0]) => {
  const answer = attachmentsOf([stored._id], [storedUpload(changed)], owner)
  return answer.ok ? null : answer.error.code
}

test('a message carries uploads in the order that it names them, with their states', () => {
  const other = storedUpload({ _id: 'other', state: 'scanning' })
  expect(attachmentsOf(['other', stored._id], [stored, other], owner)).toMatchObject({
    ok: true,
    attachments: [
      { uploadId: 'other', state: 'scanning' },
      { uploadId: stored._id, state: 'clean', name: 'a.png', bytes: 10 },
    ],
  })
})

test('uploads of others, of other rooms, and none at all are forbidden alike', () => {
  expect([codeOf({ userId: 'bob' }), codeOf({ roomId: 'den' }), codeOf({ _id: 'another' })]).toEqual(['forbidden', 'forbidden', 'forbidden'])
})

test('each state that can’t be carried has a code of its own', () => {
  const states: [UploadState, string | null][] = [
    ['reserved', 'not_uploaded'],
    ['uploaded', 'not_uploaded'],
    ['scanning', null],
    ['clean', null],
    ['infected', 'infected'],
    ['error', 'upload_mismatch'],
    ['expired', 'upload_expired'],
  ]
  for (const [state, code] of states) expect(codeOf({ state }), state).toBe(code)
})
