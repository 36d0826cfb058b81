/** Which uploads a message may carry, and how they look in it. */
import { refusal } from './refusal.ts'
import type { Attachment, Refusal } from '../protocol.ts'
import type { StoredUpload, UploadStore } from './upload-store.ts'

export interface Owner {
  userId: string
  roomId: string
}
export type Attached = { ok: true; attachments: Attachment[] } | Refusal

/** Marks them first: what is attachable afterwards is taken by no sweep before the message is in the log. */
export async function attach(uploads: Pick<UploadStore, 'attach' | 'findMany'>, ids: readonly string[], owner: Owner, nowMs: number): Promise<Attached> {
  await uploads.attach(ids, owner, nowMs)
  return attachmentsOf(ids, await uploads.findMany(ids), owner)
}

/** Pure. The first upload that can't be carried refuses the message. */
export function attachmentsOf(ids: readonly string[], found: readonly StoredUpload[], owner: Owner): Attached {
  const uploads = new Map(found.map((upload) => [upload._id, upload]))
  const attachments: Attachment[] = []
  for (const id of ids) {
    const upload = uploads.get(id)
    if (upload === undefined || upload.userId !== owner.userId || upload.roomId !== owner.roomId)
      return refusal('forbidden', `${id} is no upload of ${owner.userId} in ${owner.roomId}`)
    const refused = stateRefusal(upload)
    if (refused !== null) return refused
    const { name, bytes, contentType, sha256, state } = upload
    attachments.push({ uploadId: id, name, bytes, contentType, sha256, state })
  }
  return { ok: true, attachments }
}

function stateRefusal({ _id, state, verdict = 'it can not be used' }: StoredUpload): Refusal | null {
  if (state === 'scanning' || state === 'clean') return null
  if (state === 'infected') return refusal('infected', `upload ${_id} is infected`)
  if (state === 'expired') return refusal('upload_expired', `upload ${_id} was not completed in time, or in no message for too long`)
  if (state === 'error') return refusal('upload_mismatch', `upload ${_id}: ${verdict}`)
  return refusal('not_uploaded', `upload ${_id} is not complete`, 200)
}
