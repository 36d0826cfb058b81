/** What entries make of the messages that they change: as a patch of one record, and as the pure fold of a whole log. */
import { termsOf } from './search-terms.ts'
import type { Attachment, UploadState } from '../protocol.ts'
import type { StoredDeletion, StoredEdit, StoredEntry, StoredModeration, StoredReaction } from './entries.ts'

/** One guarded change of a record. */
export interface RecordPatch {
  set: { rev: number; body?: string | null; searchTerms?: string[]; deleted?: StoredDeletion; moderation?: StoredModeration }
  addEdit?: StoredEdit
  addReaction?: StoredReaction
  removeReaction?: StoredReaction
  setFileState?: { uploadId: string; state: UploadState }
  /** Body, attachments, payload, edits and search terms go. */
  blank?: true
}

/** Whether an entry blanks the message that it is about. */
export function isBlanking({ kind, payload }: Pick<StoredEntry, 'kind' | 'payload'>): boolean {
  return kind === 'delete' || (kind === 'moderate' && payload.action === 'remove')
}

/** Reads the entry alone, never the record: so the order of folding decides, and the guard keeps it. */
export function patchOf(entry: StoredEntry): RecordPatch {
  const { kind, seq: rev, at, actorId, payload } = entry
  const reason = payload.reason === undefined ? {} : { reason: payload.reason }
  if (kind === 'edit') {
    const body = payload.body ?? null
    return { set: { rev, body, searchTerms: body === null ? [] : termsOf(body) }, addEdit: { rev, at, body } }
  }
  if (kind === 'react') return { set: { rev }, addReaction: { emoji: payload.emoji ?? '', userId: actorId } }
  if (kind === 'unreact') return { set: { rev }, removeReaction: { emoji: payload.emoji ?? '', userId: actorId } }
  if (kind === 'delete') return { set: { rev, deleted: { rev, at, by: actorId, kind: payload.by ?? 'author', ...reason } }, blank: true }
  if (kind === 'upload-state') return { set: { rev }, setFileState: { uploadId: payload.uploadId ?? '', state: payload.state ?? 'error' } }
  if (kind !== 'moderate') throw new Error(`an entry of kind ${kind} changes no message`)
  const state = payload.action === 'remove' ? 'removed' : payload.action === 'release' ? 'visible' : 'held'
  return { set: { rev, moderation: { state, rev, at, by: actorId, ...reason } }, ...(state === 'removed' ? { blank: true as const } : {}) }
}

/** The folded part of a message. */
export interface FoldedRecord {
  rev: number
  body: string | null
  attachments: Attachment[]
  fileStates: Record<string, UploadState>
  edits: StoredEdit[]
  reactions: StoredReaction[]
  searchTerms: string[]
  deleted?: StoredDeletion
  moderation?: StoredModeration
}
/** What a blanked record is left with. */
const blankFields = { body: null, attachments: [], fileStates: {}, edits: [], searchTerms: [] }
const isGone = ({ deleted, moderation }: FoldedRecord) => deleted !== undefined || moderation?.state === 'removed'

/** The folded part of a stored message, for comparison with `foldLog`. */
export function recordOf(entry: StoredEntry): FoldedRecord {
  const { seq, rev = seq, body = null, attachments = [], fileStates = {}, edits = [], reactions = [], searchTerms = [], deleted, moderation } = entry
  const folded = { rev, body, attachments, fileStates, edits, reactions, searchTerms }
  return { ...folded, ...(deleted === undefined ? {} : { deleted }), ...(moderation === undefined ? {} : { moderation }) }
}

/** Every message of one room's log by its server id, folded from payloads alone; entries in seq order. A blanked payload folds to a stub. */
export function foldLog(entries: readonly StoredEntry[]): Map<string, FoldedRecord> {
  const records = new Map<string, FoldedRecord>()
  const seqs = new Map<string, number>()
  for (const entry of entries) {
    const { _id, kind, seq, payload, messageId } = entry
    if (kind === 'message') {
      const body = payload.body ?? null
      const { attachments = [] } = payload
      records.set(_id, { rev: seq, body, attachments, fileStates: {}, edits: [], reactions: [], searchTerms: body === null ? [] : termsOf(body) })
      seqs.set(_id, seq)
    }
    const { afterSeq = 0, throughSeq = 0 } = payload
    if (kind === 'purged') purge(records, entry, (id) => (seqs.get(id) ?? 0) > afterSeq && (seqs.get(id) ?? 0) <= throughSeq)
    const record = messageId === undefined ? undefined : records.get(messageId)
    if (record !== undefined) Object.assign(record, foldedInto(record, patchOf(entry)))
  }
  return records
}

/** A purge leaves `rev` as it is: no change of the message follows it. */
function purge(records: ReadonlyMap<string, FoldedRecord>, { seq: rev, at, actorId }: StoredEntry, isMeant: (id: string) => boolean): void {
  const deleted: StoredDeletion = { rev, at, by: actorId, kind: 'retention' }
  for (const [id, record] of records) if (isMeant(id) && !isGone(record)) Object.assign(record, { deleted, ...blankFields })
}

type Foldable = Pick<StoredEntry, 'body' | 'attachments' | 'fileStates' | 'edits' | 'reactions' | 'searchTerms' | 'deleted' | 'moderation'>

/** What a patch makes of the folded fields of a record; pure. */
export function foldedInto({ fileStates = {}, edits = [], reactions = [] }: Foldable, patch: RecordPatch): Foldable & { rev: number } {
  const { set, addEdit, addReaction, removeReaction, setFileState, blank } = patch
  const isSame = (left: StoredReaction, right: StoredReaction | undefined) => left.emoji === right?.emoji && left.userId === right.userId
  const isNew = addReaction !== undefined && !reactions.some((reaction) => isSame(reaction, addReaction))
  const kept = reactions.filter((reaction) => !isSame(reaction, removeReaction))
  return {
    ...set,
    ...(setFileState === undefined ? {} : { fileStates: { ...fileStates, [setFileState.uploadId]: setFileState.state } }),
    edits: addEdit === undefined ? edits : [...edits, addEdit],
    reactions: isNew ? [...kept, addReaction] : kept,
    ...(blank ? blankFields : {}),
  }
}
