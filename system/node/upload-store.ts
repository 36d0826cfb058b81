/**
 * Uploads in MongoDB. Their states change only by compare-and-set, so that nodes, scan workers and sweeps may meet on one of them:
 * whoever comes second changes nothing and reads what is.
 */
import { isDuplicateKey } from './duplicate-key.ts'
import type { Collection, Filter } from 'mongodb'
import type { UploadReserveRequest, UploadState } from '../protocol.ts'

/** Times are milliseconds since the Unix epoch by the clock of who wrote them. */
export interface StoredUpload extends Omit<UploadReserveRequest, 'room'> {
  /** uploadId, UUIDv7 */
  _id: string
  roomId: string
  userId: string
  state: UploadState
  /** Key that the PUT is signed for. It is never served: whoever holds the URL may write to it again. */
  uploadKey: string
  /** Key of the copy that was checked, is scanned, and is the only one ever served; no PUT was ever signed for it. Null until then. */
  servedKey: string | null
  reservedAt: number
  /** The PUT must begin before. */
  expiresAt: number
  /** Of the scan, without those that met no scanner. */
  attempts: number
  /** Until then it is left to who scans it; 0: to nobody. */
  scanLeaseUntil: number
  /** What the scanner said: the name of what it found, or why it failed. */
  verdict?: string
  updatedAt: number
  /** When a message with it was last about to be appended. */
  attachedAt: number | null
  /** False: a message may still lack the entry that tells its state. */
  told: boolean
  /** Whether what was written besides `servedKey` is gone from the object store. */
  swept: boolean
  /** When to see whether a message still has it. */
  checkAt: number
}
export type Verdict = Extract<UploadState, 'clean' | 'infected' | 'error'>
/** States that the members of a room must learn of. */
export const finalStates: readonly UploadState[] = ['clean', 'infected', 'error', 'expired']
/** States in which a message may carry it. */
const attachableStates: readonly UploadState[] = ['scanning', 'clean']

/** Each rejects when the store doesn't answer. True or a document: this call changed it. */
export interface UploadStore {
  /** Stores it, unless this user's operationId has reserved one before: then that one. */
  reserve(upload: StoredUpload): Promise<StoredUpload>
  find(uploadId: string): Promise<StoredUpload | null>
  findMany(uploadIds: readonly string[]): Promise<StoredUpload[]>
  findOperation(userId: string, operationId: string): Promise<StoredUpload | null>
  /** `reserved` -> `scanning`, with the one key that is ever served. */
  complete(uploadId: string, servedKey: string, nowMs: number): Promise<boolean>
  /** `reserved` -> `error` or `expired`. */
  fail(uploadId: string, state: 'error' | 'expired', verdict: string, nowMs: number): Promise<boolean>
  /** Marks those of the user in the room that a message may carry: from here on no sweep takes them. */
  attach(uploadIds: readonly string[], owner: { roomId: string; userId: string }, nowMs: number): Promise<void>
  /** Leases the upload that has waited longest for its scan; null: none is waiting. */
  claimForScan(nowMs: number, leaseMs: number): Promise<StoredUpload | null>
  /** Gives the lease back, to be scanned again from `untilMs` on. `counts`: whether it was an attempt. False: the lease was lost. */
  scanLater(claimed: StoredUpload, untilMs: number, counts: boolean): Promise<boolean>
  /** `scanning` -> the verdict. `servedKey`: where an infected copy was put aside. False: another worker was first. */
  verdict(claimed: StoredUpload, state: Verdict, found: { verdict: string; servedKey?: string }, nowMs: number): Promise<boolean>
  /** Every message that had it when it was read as `upload` has the entry that tells its state. */
  markTold(upload: StoredUpload): Promise<boolean>
  /** Uploads in a final state, unchanged since `beforeMs`, that a message may lack the state of; at most `limit` of each state. */
  untold(beforeMs: number, limit: number): Promise<StoredUpload[]>
  /** Reserved, and past `expiresAt` since before `cutoffMs`. */
  overdue(cutoffMs: number, limit: number): Promise<StoredUpload[]>
  /** Not swept, and past `expiresAt` since before `cutoffMs`. */
  unswept(cutoffMs: number, limit: number): Promise<StoredUpload[]>
  markSwept(uploadId: string): Promise<void>
  /** Complete uploads that are due for a look whether a message has them. */
  unchecked(nowMs: number, limit: number): Promise<StoredUpload[]>
  /** Postpones the next look. */
  checked(uploadId: string, checkAt: number): Promise<void>
  /** -> `expired`, unless its state changed or a message was about to carry it since it was read as `upload`. */
  abandon(upload: StoredUpload, nowMs: number): Promise<boolean>
}

/** `orphanMs`: how long after its last use an upload is looked at again. */
export function uploadStoreOf(uploads: Collection<StoredUpload>, orphanMs: number): UploadStore {
  const change = async (filter: Filter<StoredUpload>, set: Partial<StoredUpload>) => (await uploads.updateOne(filter, { $set: set })).matchedCount === 1
  const inOrder = (filter: Filter<StoredUpload>, by: keyof StoredUpload, limit: number) =>
    uploads
      .find(filter)
      .sort({ [by]: 1 })
      .limit(limit)
      .toArray()
  /** One query a state: some servers scan for a list of values beside a range. At most `limit` of each. */
  const ofStates = async (states: readonly UploadState[], filter: Filter<StoredUpload>, by: keyof StoredUpload, limit: number) =>
    (await Promise.all(states.map((state) => inOrder({ ...filter, state }, by, limit)))).flat()
  const findOperation = (userId: string, operationId: string) => uploads.findOne({ userId, operationId })
  return {
    async reserve(upload) {
      try {
        await uploads.insertOne({ ...upload })
        return upload
      } catch (error) {
        const found = isDuplicateKey(error) ? await findOperation(upload.userId, upload.operationId) : null
        if (found === null) throw error
        return found
      }
    },
    find: (uploadId) => uploads.findOne({ _id: uploadId }),
    findMany: (uploadIds) => uploads.find({ _id: { $in: [...uploadIds] } }).toArray(),
    findOperation,
    complete: (_id, servedKey, nowMs) =>
      change({ _id, state: 'reserved' }, { state: 'scanning', servedKey, updatedAt: nowMs, checkAt: nowMs + orphanMs, scanLeaseUntil: 0 }),
    fail: (_id, state, verdict, nowMs) => change({ _id, state: 'reserved' }, { state, verdict, updatedAt: nowMs }),
    async attach(uploadIds, { roomId, userId }, nowMs) {
      const update = { $set: { attachedAt: nowMs, told: false, checkAt: nowMs + orphanMs } }
      // Subtle: by state in the order in which states follow each other, so that a verdict in between is not missed.
      const updates = uploadIds.flatMap((_id) => attachableStates.map((state) => ({ updateOne: { filter: { _id, roomId, userId, state }, update } })))
      await uploads.bulkWrite(updates)
    },
    async claimForScan(nowMs, leaseMs) {
      for (const upload of await inOrder({ state: 'scanning', scanLeaseUntil: { $lte: nowMs } }, 'scanLeaseUntil', 10)) {
        const { _id, scanLeaseUntil } = upload
        const scanLease = nowMs + leaseMs
        if (await change({ _id, state: 'scanning', scanLeaseUntil }, { scanLeaseUntil: scanLease })) return { ...upload, scanLeaseUntil: scanLease }
      }
      return null
    },
    scanLater: ({ _id, scanLeaseUntil, attempts }, untilMs, counts) =>
      change({ _id, state: 'scanning', scanLeaseUntil }, { scanLeaseUntil: untilMs, attempts: attempts + (counts ? 1 : 0) }),
    verdict: ({ _id, servedKey }, state, found, nowMs) => change({ _id, state: 'scanning', servedKey }, { state, ...found, updatedAt: nowMs }),
    markTold: ({ _id, state, attachedAt }) => change({ _id, state, attachedAt }, { told: true }),
    untold: (beforeMs, limit) => ofStates(finalStates, { told: false, updatedAt: { $lte: beforeMs } }, 'updatedAt', limit),
    overdue: (cutoffMs, limit) => inOrder({ state: 'reserved', expiresAt: { $lte: cutoffMs } }, 'expiresAt', limit),
    unswept: (cutoffMs, limit) => inOrder({ swept: false, expiresAt: { $lte: cutoffMs } }, 'expiresAt', limit),
    async markSwept(_id) {
      await change({ _id }, { swept: true })
    },
    unchecked: (nowMs, limit) => ofStates(['scanning', 'clean', 'error'], { checkAt: { $lte: nowMs } }, 'checkAt', limit),
    async checked(_id, checkAt) {
      await change({ _id }, { checkAt })
    },
    abandon: ({ _id, state, attachedAt }, nowMs) => change({ _id, state, attachedAt }, { state: 'expired', updatedAt: nowMs }),
  }
}
