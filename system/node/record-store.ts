/** Records of messages in `room_log`: read by id, and changed by updates that are guarded by `rev`, so that folding again changes nothing. */
import type { Collection, UpdateFilter } from 'mongodb'
import { isDuplicateKey } from './duplicate-key.ts'
import type { AuditRecord } from './audit-log.ts'
import type { StoredEntry } from './entries.ts'
import type { RecordPatch } from './fold-records.ts'

/** What folding needs of the store. Each rejects when the store doesn't answer. */
export interface RecordStore {
  findMessages(ids: readonly string[]): Promise<StoredEntry[]>
  /** Every change of one message, in seq order. */
  readChanges(messageId: string): Promise<StoredEntry[]>
  /** Blanks the payloads of these entries (edits). */
  blankPayloads(ids: readonly string[]): Promise<void>
  /** False: the record's rev isn't `previousRev`. */
  updateRecord(messageId: string, previousRev: number, patch: RecordPatch): Promise<boolean>
  /** Appends to the audit log; once, however often it is asked. */
  audit(record: AuditRecord): Promise<void>
  /** Ids of the messages that are held for review. */
  findHeld(roomId: string, epoch: string): Promise<string[]>
  /** Messages that carry the upload. */
  findCarriers(uploadId: string): Promise<StoredEntry[]>
}

export function recordStoreOf(log: Collection<StoredEntry>, audits: Collection<AuditRecord>): RecordStore {
  return {
    async findMessages(ids) {
      return ids.length === 0 ? [] : (await log.find({ _id: { $in: [...ids] } }).toArray()).filter((entry) => entry.kind === 'message')
    },
    async readChanges(messageId) {
      return (await log.find({ messageId }).toArray()).toSorted((left, right) => left.seq - right.seq)
    },
    async blankPayloads(ids) {
      if (ids.length > 0) await log.updateMany({ _id: { $in: [...ids] } }, { $set: { 'payload.body': null } })
    },
    async updateRecord(messageId, previousRev, patch) {
      return (await log.updateOne({ _id: messageId, rev: previousRev }, updateOf(patch))).matchedCount === 1
    },
    async audit(record) {
      await audits.insertOne(record).catch((error: unknown) => {
        if (!isDuplicateKey(error)) throw error
      })
    },
    findCarriers: (uploadId) => log.find({ 'attachments.uploadId': uploadId }).toArray(),
    async findHeld(roomId, epoch) {
      const held = await log.find({ roomId, 'moderation.state': 'held' }).toArray()
      return held.flatMap((entry) => (entry.epoch === epoch ? entry._id : []))
    },
  }
}

function updateOf({ set, addEdit, addReaction, removeReaction, setFileState, blank }: RecordPatch): UpdateFilter<StoredEntry> {
  // A field of its own for each state, so that the update needs nothing of the record.
  const fileState = setFileState === undefined ? {} : { [`fileStates.${setFileState.uploadId}`]: setFileState.state }
  return {
    $set: { ...set, ...(blank ? { 'payload.body': null, body: null, edits: [], searchTerms: [] } : {}), ...fileState },
    ...(blank ? { $unset: { attachments: '', fileStates: '', 'payload.attachments': '' } } : {}),
    ...(addEdit === undefined ? {} : { $push: { edits: addEdit } }),
    ...(addReaction === undefined ? {} : { $addToSet: { reactions: addReaction } }),
    ...(removeReaction === undefined ? {} : { $pull: { reactions: removeReaction } }),
  }
}
