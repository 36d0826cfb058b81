/**
 * Folds an entry of the log into what it is about. Whoever reads an entry folds it, in seq order, so a node that died between its
 * commit and its fold is repaired by the next reader. Order matters: the record's guarded update comes last, so that a record whose
 * rev has reached an entry proves that everything else about that entry is done.
 */
import { auditOf } from './audit-log.ts'
import { blankEdits, foldPurge } from './fold-purge.ts'
import { isBlanking, patchOf } from './fold-records.ts'
import type { StoredEntry } from './entries.ts'
import type { LogStore } from './log-store.ts'
import type { RecordStore } from './record-store.ts'

export type FoldingStore = Omit<RecordStore, 'findHeld' | 'findCarriers'> & Pick<LogStore, 'readWindow'>

export async function foldEntry(store: FoldingStore, entry: StoredEntry): Promise<void> {
  const audit = auditOf(entry)
  if (audit !== null) await store.audit(audit)
  if (entry.kind === 'purged') await foldPurge(store, entry)
  else if (entry.messageId !== undefined) await foldChange(store, entry, entry.messageId)
}

async function foldChange(store: FoldingStore, entry: StoredEntry, messageId: string): Promise<void> {
  if (isBlanking(entry)) await blankEdits(store, messageId, entry.seq)
  const update = () => store.updateRecord(messageId, entry.previousRev ?? 0, patchOf(entry))
  if (await update()) return
  const [record] = await store.findMessages([messageId])
  const rev = record?.rev ?? Infinity
  if (rev >= entry.seq) return
  const earlier = (await store.readChanges(messageId)).filter((change) => change.seq > rev && change.seq < entry.seq)
  for (const change of earlier) await foldChange(store, change, messageId)
  if (await update()) return
  const [again] = await store.findMessages([messageId])
  if ((again?.rev ?? 0) < entry.seq)
    throw new Error(`message ${messageId} is at rev ${again?.rev}, so seq ${entry.seq} after rev ${entry.previousRev} can't be folded`)
}
