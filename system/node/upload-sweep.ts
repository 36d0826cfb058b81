/**
 * Ends what nobody finishes: reservations that were never completed, objects that no upload serves, uploads that no message carries,
 * and verdicts that a message was not told. Every step is guarded or gives the same again, so sweeps of several nodes do no harm.
 */
import { uploadStates } from '../protocol.ts'
import { ObjectStoreError } from './file-objects.ts'
import { copiesOf } from './uploads.ts'
import { appendVerdict } from './verdict-entries.ts'
import type { UploadState } from '../protocol.ts'
import type { FileObjects } from './file-objects.ts'
import type { FileSettings } from './file-settings.ts'
import type { Journal } from './journal.ts'
import type { StoredUpload, UploadStore } from './upload-store.ts'
import type { VerdictParts } from './verdict-entries.ts'

export interface UploadSweepParts extends VerdictParts {
  uploads: UploadStore
  objects: FileObjects
  journal: Journal
  settings: FileSettings
  nowMs: () => number
  onError: (error: unknown, during: string) => void
}

const atOnce = 100
/** A copy that was begun right before the end of the grace has come to rest by then. */
const copyMs = 30_000
/** Left to whoever wrote the verdict or sent the message. */
const tellMs = 2000

export function uploadSweep(parts: UploadSweepParts): () => Promise<void> {
  const { uploads, settings, nowMs, onError } = parts
  const each = async (found: readonly StoredUpload[], work: (upload: StoredUpload) => Promise<unknown>) => {
    for (const upload of found) {
      try {
        await work(upload)
      } catch (error) {
        // One object that can't be removed must not keep the others; a silent store keeps all of them, and whoever waits for the sweep.
        if (error instanceof ObjectStoreError && !error.isAnswered) throw error
        onError(error, `sweeping upload ${upload._id}`)
      }
    }
  }
  return async () => {
    const graceEnd = nowMs() - settings.graceMs
    await each(await uploads.overdue(graceEnd, atOnce), (upload) => expire(parts, upload))
    await each(await uploads.unswept(graceEnd - copyMs, atOnce), (upload) => removeUnserved(parts, upload))
    await each(await uploads.untold(nowMs() - tellMs, atOnce), (upload) => appendVerdict(parts, upload))
    await each(await uploads.unchecked(nowMs(), atOnce), (upload) => check(parts, upload))
  }
}

async function expire({ uploads, journal, nowMs }: UploadSweepParts, upload: StoredUpload): Promise<void> {
  if (await uploads.fail(upload._id, 'expired', 'it was not completed in time', nowMs())) reached(journal, upload, 'expired')
}

/** The URL of the PUT has expired, so nothing comes to its key any more. */
async function removeUnserved({ uploads, objects }: UploadSweepParts, { _id, uploadKey, servedKey, state }: StoredUpload): Promise<void> {
  const served = state === 'expired' || state === 'error' ? null : servedKey
  for (const key of [uploadKey, ...(await objects.list(copiesOf(_id)))]) if (key !== served) await objects.remove(key)
  await uploads.markSwept(_id)
}

/** Deleted and purged messages carry nothing any more: their files go with the last of them. */
async function check(parts: UploadSweepParts, upload: StoredUpload): Promise<void> {
  const { uploads, objects, log, journal, settings, nowMs } = parts
  if ((await log.findCarriers(upload._id)).length > 0) {
    await appendVerdict(parts, upload)
    return uploads.checked(upload._id, nowMs() + settings.orphanMs)
  }
  if (!(await uploads.abandon(upload, nowMs()))) return
  reached(journal, upload, 'expired')
  if (upload.servedKey !== null) await objects.remove(upload.servedKey)
}

function reached(journal: Journal, { _id: operationId, roomId: room }: StoredUpload, state: UploadState): void {
  journal.write('uploadState', { room, operationId, extra: uploadStates.indexOf(state) })
}
