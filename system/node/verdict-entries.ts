/** Tells the members of rooms what became of a file: an `upload-state` entry for each message that carries it. */
import { v5 as uuidv5 } from 'uuid'
import { contentOf, systemActor } from './entries.ts'
import { finalStates } from './upload-store.ts'
import type { UploadState } from '../protocol.ts'
import type { StoredEntry } from './entries.ts'
import type { RecordStore } from './record-store.ts'
import type { RoomLog } from './room-log.ts'
import type { StoredUpload, UploadStore } from './upload-store.ts'

export interface VerdictParts {
  uploads: Pick<UploadStore, 'markTold'>
  log: Pick<RecordStore, 'findCarriers'>
  rooms: { open(roomId: string): Promise<Pick<RoomLog, 'epoch' | 'append'> | null> }
  newId: () => string
}

/** Chosen at random once. Source: RFC 9562, section 5.5: a name-based id needs a namespace. */
const namespace = 'b1c5d6de-2c4e-4d52-9c0a-7a3f8a6f0f5e'

/** The same whoever appends it, so that the log takes it once. */
function verdictOperation(uploadId: string, messageId: string, state: UploadState): string {
  return uuidv5(`${uploadId}:${messageId}:${state}`, namespace)
}

/**
 * `upload` as read after its state was written, or after the message was committed: one of the two comes second, and sees both.
 * Gives how many entries it appended. Rejects when the store doesn't answer; to be called again then, by a sweep.
 */
export async function appendVerdict(parts: VerdictParts, upload: StoredUpload): Promise<number> {
  const { _id: uploadId, state } = upload
  if (!finalStates.includes(state)) return 0
  let appended = 0
  for (const carrier of await parts.log.findCarriers(uploadId)) {
    if (stateIn(carrier, uploadId) === state) continue
    const room = await parts.rooms.open(carrier.roomId)
    if (room === null || room.epoch !== carrier.epoch) continue
    const operationId = verdictOperation(uploadId, carrier._id, state)
    const intent = { id: parts.newId(), kind: 'upload-state' as const, actorId: systemActor, operationId, attempt: 1, messageId: carrier._id }
    const outcome = await room.append({ ...intent, payload: { uploadId, state } })
    if (outcome.ok && !outcome.duplicate) appended += 1
    // Gone or closed meanwhile: nobody waits for it there.
    if (!outcome.ok && outcome.error.code !== 'not_found' && outcome.error.code !== 'forbidden')
      throw new Error(`the state of upload ${uploadId} was not told in ${carrier.roomId}: ${outcome.error.message}`)
  }
  await parts.uploads.markTold(upload)
  return appended
}

function stateIn(carrier: StoredEntry, uploadId: string): UploadState | undefined {
  return contentOf(carrier).attachments?.find((file) => file.uploadId === uploadId)?.state
}
