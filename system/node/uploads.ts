/** The two steps of an upload: a place for it, and the copy that is checked, scanned and served. Bytes never cross the node. */
import { uploadStates } from '../protocol.ts'
import { currentJoin } from './folds.ts'
import { refusal } from './refusal.ts'
import type { Refusal, UploadCompleteAck, UploadCompleteRequest, UploadReserveAck, UploadReserveRequest, UploadState } from '../protocol.ts'
import type { FileObjects, ObjectFacts } from './file-objects.ts'
import type { FileSettings } from './file-settings.ts'
import type { Journal } from './journal.ts'
import type { ByteLimit } from './limits.ts'
import type { RoomLog } from './room-log.ts'
import type { StoredUpload, UploadStore } from './upload-store.ts'

export interface UploadParts {
  uploads: UploadStore
  /** Null on a node without an object store. */
  objects: FileObjects | null
  rooms: { open(roomId: string): Promise<Pick<RoomLog, 'membership'> | null> }
  limit: ByteLimit
  journal: Journal
  settings: FileSettings
  nowMs: () => number
  newId: () => string
  onError: (error: unknown, during: string) => void
}
export interface Uploads {
  reserve(user: string, request: UploadReserveRequest): Promise<UploadReserveAck>
  complete(user: string, request: UploadCompleteRequest): Promise<UploadCompleteAck>
}

const uploadKeyOf = (uploadId: string) => `uploads/${uploadId}`
/** Copies of an upload, one for each time that it was completed. */
export const copiesOf = (uploadId: string) => `files/${uploadId}/`

export function uploadsOf(parts: UploadParts): Uploads {
  const completing = new Map<string, Promise<UploadCompleteAck>>()
  return {
    reserve: (user, request) => reserve(parts, user, request),
    complete(user, request) {
      // Asked again while the store is slow, it is still one copy.
      const id = `${user}|${request.room}|${request.uploadId}`
      const begun = completing.get(id) ?? complete(parts, user, request).finally(() => completing.delete(id))
      completing.set(id, begun)
      return begun
    },
  }
}

const noStore = () => refusal('unavailable', 'this node has no object store', 1000)
const expired = (id: string) => refusal('upload_expired', `the time of upload ${id} is over`)

async function notMember({ rooms }: UploadParts, user: string, roomId: string): Promise<Refusal | null> {
  const room = await rooms.open(roomId)
  return room !== null && currentJoin(room.membership, user) !== null ? null : refusal('forbidden', `${user} is not a member of ${roomId}`)
}

async function reserve(parts: UploadParts, user: string, request: UploadReserveRequest): Promise<UploadReserveAck> {
  const { uploads, objects, limit, settings, journal, nowMs, newId } = parts
  const { room: roomId, ...file } = request
  const refused = await notMember(parts, user, roomId)
  if (refused !== null) return refused
  if (objects === null) return noStore()
  if (file.bytes > settings.limitBytes) return refusal('too_large', `bytes: at most ${settings.limitBytes}`)
  const earlier = await uploads.findOperation(user, file.operationId)
  const limited = earlier === null ? await limit.take(user, file.bytes) : null
  if (limited !== null) return limited
  const id = newId()
  const upload = earlier ?? (await uploads.reserve(reservation(id, user, request, settings, nowMs())))
  if (!isSame(upload, request)) return refusal('id_reused', `operation ${file.operationId} has reserved something else already`)
  if (upload.expiresAt <= nowMs() || upload.state === 'expired') return expired(upload._id)
  const { url, headers, expiresAt } = await objects.signPut(upload.uploadKey, upload, upload.expiresAt)
  const duplicate = upload._id !== id
  if (!duplicate) journal.write('uploadState', { room: roomId, operationId: id, extra: uploadStates.indexOf('reserved') })
  return { ok: true, uploadId: upload._id, put: { url, headers }, expiresAt, duplicate }
}

function reservation(_id: string, userId: string, { room: roomId, ...file }: UploadReserveRequest, settings: FileSettings, nowMs: number): StoredUpload {
  const expiresAt = nowMs + settings.expiryMs
  const place = { uploadKey: uploadKeyOf(_id), servedKey: null, reservedAt: nowMs, expiresAt, updatedAt: nowMs, checkAt: expiresAt + settings.orphanMs }
  return { _id, roomId, userId, ...file, state: 'reserved', ...place, attempts: 0, scanLeaseUntil: 0, attachedAt: null, told: true, swept: false }
}

function isSame({ roomId, name, bytes, contentType, sha256 }: StoredUpload, request: UploadReserveRequest): boolean {
  const isSameFile = name === request.name && bytes === request.bytes && contentType === request.contentType && sha256 === request.sha256
  return isSameFile && roomId === request.room
}

async function complete(parts: UploadParts, user: string, { room, uploadId }: UploadCompleteRequest): Promise<UploadCompleteAck> {
  const { uploads, objects, settings, nowMs } = parts
  const refused = await notMember(parts, user, room)
  if (refused !== null) return refused
  if (objects === null) return noStore()
  const upload = await uploads.find(uploadId)
  if (upload === null || upload.userId !== user || upload.roomId !== room) return refusal('not_found', `there is no upload ${uploadId} of ${user} in ${room}`)
  if (upload.state !== 'reserved') return completedAnswer(upload)
  if (nowMs() <= upload.expiresAt + settings.graceMs) return copyChecked(parts, objects, upload)
  if (await uploads.fail(uploadId, 'expired', 'it was not completed in time', nowMs())) reached(parts, upload, 'expired')
  return expired(uploadId)
}

/** Subtle: it is the copy that is checked. What lies at the signed key may be written again until its URL expires. */
async function copyChecked(parts: UploadParts, objects: FileObjects, upload: StoredUpload): Promise<UploadCompleteAck> {
  const { uploads, nowMs, newId } = parts
  const servedKey = `${copiesOf(upload._id)}${newId()}`
  if (!(await objects.copy(upload.uploadKey, servedKey))) return refusal('not_uploaded', `there are no bytes of upload ${upload._id} yet`, 200)
  const mismatch = mismatchOf(upload, await objects.head(servedKey))
  const state = mismatch === null ? 'scanning' : 'error'
  const isFirst = mismatch === null ? await uploads.complete(upload._id, servedKey, nowMs()) : await uploads.fail(upload._id, 'error', mismatch, nowMs())
  if (isFirst) reached(parts, upload, state)
  discard(parts, objects, isFirst && mismatch === null ? upload.uploadKey : servedKey)
  if (mismatch !== null) return refusal('upload_mismatch', `upload ${upload._id}: ${mismatch}`)
  if (isFirst) return { ok: true, uploadId: upload._id, state }
  return completedAnswer((await uploads.find(upload._id)) ?? upload)
}

/** Pure: null when the object is what was reserved. A store that keeps no hash leaves that to the scan, which reads every byte. */
function mismatchOf({ bytes, contentType, sha256 }: Pick<StoredUpload, 'bytes' | 'contentType' | 'sha256'>, found: ObjectFacts | null): string | null {
  if (found === null) return 'the copy is gone'
  if (found.bytes !== bytes) return `${found.bytes} bytes, not ${bytes}`
  if (found.contentType !== contentType) return `of type ${found.contentType}, not ${contentType}`
  return found.sha256 === null || found.sha256 === sha256 ? null : 'the hash is another one'
}

function completedAnswer({ _id: uploadId, state, servedKey, verdict = '' }: StoredUpload): UploadCompleteAck {
  if (state === 'expired') return expired(uploadId)
  if (state === 'error' && servedKey === null) return refusal('upload_mismatch', `upload ${uploadId}: ${verdict}`)
  return { ok: true, uploadId, state }
}

function reached({ journal }: UploadParts, { _id: operationId, roomId: room }: StoredUpload, state: UploadState): void {
  journal.write('uploadState', { room, operationId, extra: uploadStates.indexOf(state) })
}

/** Not waited for: what stays is swept. */
function discard({ onError }: UploadParts, objects: FileObjects, key: string): void {
  objects.remove(key).catch((error: unknown) => onError(error, 'removing what an upload no longer needs'))
}
