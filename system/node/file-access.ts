/** Who may have a file now: a member who was one at the seq of a message with it, and sees that message. Only clean files are served. */
import { wireOf } from './entries.ts'
import { currentJoin, mayRead } from './folds.ts'
import { leaseLost, refusal } from './refusal.ts'
import { shownTo } from './showing.ts'
import type { Refusal } from '../protocol.ts'
import type { StoredEntry } from './entries.ts'
import type { Lease } from './lease.ts'
import type { RecordStore } from './record-store.ts'
import type { Rooms } from './rooms.ts'
import type { Shown } from './showing.ts'
import type { StoredUpload, UploadStore } from './upload-store.ts'

export interface FileAccessParts {
  uploads: Pick<UploadStore, 'find'>
  log: Pick<RecordStore, 'findCarriers'>
  rooms: Pick<Rooms, 'open'>
  lease: Pick<Lease, 'isHeld'>
}
export interface ServedFile {
  upload: StoredUpload
  servedKey: string
  /** Of the message that lets the user have it. */
  seq: number
}
export type FileAnswer = { ok: true; file: ServedFile } | Refusal

/**
 * Reads what the decision needs. The function that it gives decides on the state of that moment, so that nothing may be awaited between
 * its answer and what the answer allows. Null `roomId`: the room of the upload.
 */
export async function fileAccess(parts: FileAccessParts, user: string, uploadId: string, roomId: string | null): Promise<() => FileAnswer> {
  const upload = await parts.uploads.find(uploadId)
  const room = await parts.rooms.open(roomId ?? upload?.roomId ?? '')
  if (room === null) return () => (roomId === null ? notFound(uploadId) : notMember(user))
  await room.catchUp()
  const carriers = (await parts.log.findCarriers(uploadId)).filter((carrier) => carrier.roomId === room.roomId && carrier.epoch === room.epoch)
  return () => (parts.lease.isHeld() ? fileAnswer(room, user, upload, carriers) : leaseLost())
}

const notMember = (user: string) => refusal('forbidden', `${user} is not a member of the room`)
const notFound = (uploadId: string) => refusal('not_found', `there is no message with file ${uploadId}`)

/** Pure. */
export function fileAnswer(room: Shown, user: string, upload: StoredUpload | null, carriers: readonly StoredEntry[]): FileAnswer {
  if (currentJoin(room.membership, user) === null) return notMember(user)
  const isShown = (carrier: StoredEntry) =>
    mayRead(room.membership, user, carrier.seq) && shownTo(room, user, wireOf(carrier)).message?.attachments?.some((file) => file.uploadId === upload?._id)
  const shown = carriers.find(isShown)
  if (upload === null || shown === undefined) return notFound(upload?._id ?? 'of that id')
  const { _id, state, servedKey } = upload
  if (state === 'infected') return refusal('infected', `file ${_id} is infected`)
  if (state === 'expired') return refusal('upload_expired', `file ${_id} is gone`)
  if (state !== 'clean' || servedKey === null) return refusal('not_clean', `file ${_id} is ${state}`)
  return { ok: true, file: { upload, servedKey, seq: shown.seq } }
}
