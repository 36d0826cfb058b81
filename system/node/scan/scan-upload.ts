/**
 * One upload from its lease to its verdict:
 *
 *   scanning --claim--> the copy is read, hashed and streamed to clamd --> clean | infected (put aside first) | error
 *                                     \--> failed: the lease is given back, to be scanned again later
 *
 * Nothing is served before `clean` is stored, so whatever goes wrong here fails closed.
 */
import { uploadStates } from '../../protocol.ts'
import { retryOf } from './retry.ts'
import type { StoredUpload, Verdict } from '../upload-store.ts'
import type { RetrySettings } from './retry.ts'
import type { ScanAnswer, ScannerParts } from './scanner-parts.ts'

export interface ScanSettings extends RetrySettings {
  /** One scan may take so long. */
  scanMs: number
  /** Longer than that: until then no other worker takes the upload. */
  leaseMs: number
}
export interface ScanSurroundings {
  nowMs: () => number
  /** Aborted when the worker closes. */
  closing: AbortSignal
  log: (text: string, facts: Readonly<Record<string, string | number>>) => void
}

const quarantineKeyOf = (uploadId: string) => `quarantine/${uploadId}`

/** Gives false when none was waiting, or when it can't be scanned now: then the worker need not hurry. Rejects when MongoDB doesn't answer. */
export async function scanNext(parts: ScannerParts, settings: ScanSettings, surroundings: ScanSurroundings): Promise<boolean> {
  const upload = await parts.uploads.claimForScan(surroundings.nowMs(), settings.leaseMs)
  if (upload === null) return false
  const answer = await scanned(parts, upload, settings, surroundings)
  surroundings.log('scanned', { uploadId: upload._id, bytes: upload.bytes, answer: answer.kind, ...('why' in answer ? { why: answer.why } : {}) })
  if (answer.kind === 'failed') return tryLater(parts, upload, answer.why, settings, surroundings)
  const verdict = answer.kind === 'infected' ? answer.name : answer.kind === 'mismatch' ? answer.why : ''
  await conclude(parts, upload, answer.kind === 'mismatch' ? 'error' : answer.kind, verdict, surroundings)
  return true
}

async function scanned(parts: ScannerParts, upload: StoredUpload, settings: ScanSettings, { closing }: ScanSurroundings): Promise<ScanAnswer> {
  const key = parts.keyToScan(upload)
  const signal = AbortSignal.any([closing, AbortSignal.timeout(settings.scanMs)])
  try {
    const content = key === null ? null : await parts.objects.read(key, signal)
    if (content === null) return { kind: 'mismatch', why: 'the copy is gone' }
    // It may break before it is read; the reading tells.
    content.on('error', () => undefined)
    try {
      const answer = await parts.scan(content, upload, signal)
      if (answer.kind === 'infected') await parts.objects.copy(upload.servedKey ?? '', quarantineKeyOf(upload._id))
      return answer
    } finally {
      content.destroy()
    }
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) }
  }
}

async function tryLater(parts: ScannerParts, upload: StoredUpload, why: string, settings: ScanSettings, surroundings: ScanSurroundings): Promise<boolean> {
  const { nowMs, closing } = surroundings
  const counts = !closing.aborted && (await bothAnswer(parts, upload))
  const retry = retryOf(upload.attempts, counts, settings)
  if (retry.kind === 'given up') {
    await conclude(parts, upload, 'error', why, surroundings)
    return true
  }
  await parts.uploads.scanLater(upload, nowMs() + (closing.aborted ? 0 : retry.afterMs), counts)
  return counts
}

async function bothAnswer(parts: ScannerParts, { servedKey }: StoredUpload): Promise<boolean> {
  const storeAnswers = parts.objects.head(servedKey ?? '').then(
    () => true,
    () => false,
  )
  return (await Promise.all([parts.scannerAnswers(), storeAnswers])).every(Boolean)
}

/** An infected copy lies in quarantine already; its own key goes once the verdict names the other. */
async function conclude(parts: ScannerParts, upload: StoredUpload, state: Verdict, verdict: string, surroundings: ScanSurroundings): Promise<void> {
  const { uploads, journal } = parts
  const { _id: uploadId, roomId: room } = upload
  const aside = state === 'infected' ? { servedKey: quarantineKeyOf(uploadId) } : {}
  const isFirst = await uploads.verdict(upload, state, { verdict, ...aside }, surroundings.nowMs())
  if (isFirst) journal.write('uploadState', { room, operationId: uploadId, extra: uploadStates.indexOf(state) })
  const judged = await uploads.find(uploadId)
  if (state === 'infected') await removeUnnamed(parts, [upload.servedKey, quarantineKeyOf(uploadId)], judged, surroundings)
  if (isFirst && judged !== null) await parts.tell(judged)
}

/** Another worker may have put it aside under the same key, so only what the upload doesn't name goes. */
async function removeUnnamed(
  { objects }: ScannerParts,
  keys: readonly (string | null)[],
  judged: StoredUpload | null,
  { log }: ScanSurroundings,
): Promise<void> {
  for (const key of keys) {
    if (key === null || key === judged?.servedKey) continue
    await objects.remove(key).catch((error: unknown) => log('a copy was not removed', { key, why: String(error) }))
  }
}
