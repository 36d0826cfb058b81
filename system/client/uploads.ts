/**
 * Shares a file: a place is reserved at the node, the bytes go straight to the object store, the node is told, and a message may carry it.
 *
 *   upload:reserve -> PUT (again, until the place expires) -> upload:complete -> `send` with the uploadId
 *        ^______________ a new place when that one has expired _______/
 *
 * A reload ends an upload, because no storage keeps the bytes; from `send` on the outbox keeps the message.
 */
import type { UploadReserveAck, UploadState } from '../protocol.ts'
import type { Alarms } from './alarms.ts'
import { isSuccess, sha256Of, transfer } from './file-transfer.ts'
import type { FileRequest, Transfer } from './file-transfer.ts'
import type { Operations, Result } from './operations.ts'
import { backoffMs } from './settings.ts'
import type { ClientSettings } from './settings.ts'

export interface OutgoingFile {
  name: string
  /** A media type in lower case, like `image/png`. */
  contentType: string
  content: Blob
}

/** A step of an upload has ended. `code`: why it failed, null when it did not. `httpStatus`: of a `put` that was answered. */
export type UploadStep =
  | { step: 'reserve'; uploadId: string | null; put: FileRequest | null; code: string | null }
  | { step: 'put'; uploadId: string; httpStatus: number | null; code: string | null }
  | { step: 'complete'; uploadId: string; code: string | null }

export type Uploaded = Result<{ uploadId: string; state: UploadState }>

export interface Uploads {
  /** Resolves once the node has checked the copy that will be scanned: `attachments` of `send` may name it from then on. */
  upload: (room: string, file: OutgoingFile, told?: (step: UploadStep) => void) => Promise<Uploaded>
}

export interface UploadsOptions {
  operations: Pick<Operations, 'ask'>
  alarms: Alarms
  settings: ClientSettings
  random: () => number
  now: () => number
  identity: () => string
}

type Place = Omit<Extract<UploadReserveAck, { ok: true }>, 'ok' | 'duplicate'>
/** `expired`: with another place it may succeed. */
type End<T> = Result<T> | { kind: 'expired' }

/** Places that one upload may use up. */
const placeLimit = 3

export function createUploads({ operations, alarms, settings, random, now, identity }: UploadsOptions): Uploads {
  async function put(place: Place, content: Blob, told: (step: UploadStep) => void): Promise<End<object>> {
    const timeoutMs = transferMs(content.size, settings)
    for (let number = 1; ; number += 1) {
      const end = await transfer('PUT', place.put, timeoutMs, content)
      const code = codeOf(end)
      told({ step: 'put', uploadId: place.uploadId, httpStatus: end.kind === 'answer' ? end.status : null, code })
      if (code === null) return { kind: 'ok' }
      // 403 is how a store refuses what has expired, whatever the time is here.
      if (now() >= place.expiresAt || (end.kind === 'answer' && end.status === 403)) return { kind: 'expired' }
      if (alarms.closed()) return { kind: 'unknown', why: 'client closed' }
      if (end.kind === 'answer' && !mayPass(end.status)) return { kind: 'failed', code, retryable: false }
      await alarms.sleep(backoffMs(number, settings, random))
    }
  }
  async function complete(room: string, uploadId: string, told: (step: UploadStep) => void): Promise<End<{ uploadId: string; state: UploadState }>> {
    const done = await operations.ask('upload:complete', { room, uploadId })
    told({ step: 'complete', uploadId, code: failureOf(done) })
    return done.kind === 'failed' && done.code === 'upload_expired' ? { kind: 'expired' } : done
  }

  return {
    async upload(room, { name, contentType, content }, told = () => {}) {
      const described = { room, name, bytes: content.size, contentType, sha256: await sha256Of(new Uint8Array(await content.arrayBuffer())) }
      for (let places = 1; places <= placeLimit; places += 1) {
        const place = await operations.ask('upload:reserve', { ...described, operationId: identity() })
        const isReserved = place.kind === 'ok'
        told({ step: 'reserve', uploadId: isReserved ? place.uploadId : null, put: isReserved ? place.put : null, code: failureOf(place) })
        if (!isReserved) return place
        const stored = await put(place, content, told)
        if (stored.kind === 'expired') continue
        if (stored.kind !== 'ok') return stored
        const done = await complete(room, place.uploadId, told)
        if (done.kind !== 'expired') return done
      }
      return { kind: 'failed', code: 'upload_expired', retryable: true }
    },
  }
}

/** Longest time for so many bytes: a transfer slower than that is cut and tried again. */
export function transferMs(bytes: number, { transferFirstMs, slowestBytesPerSecond }: ClientSettings): number {
  return transferFirstMs + Math.ceil((bytes / slowestBytesPerSecond) * 1000)
}

/** Refusals of the moment: timeouts, too many requests, and whatever is wrong at the store itself. */
function mayPass(status: number): boolean {
  return status >= 500 || status === 408 || status === 429
}
function codeOf(end: Transfer): string | null {
  if (end.kind === 'silence') return end.why
  return isSuccess(end.status) ? null : `http_${end.status}`
}
function failureOf(result: Result): string | null {
  if (result.kind === 'ok') return null
  return result.kind === 'failed' ? result.code : result.why
}
