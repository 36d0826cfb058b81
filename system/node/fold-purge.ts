/** What a `purged` entry makes of the messages that it is about: stubs, which keep both unique keys, bodyHash and kind. */
import type { StoredEntry } from './entries.ts'
import type { LogStore } from './log-store.ts'

const atOnce = 16

/** Pure: whether an entry has content that a purge takes away. */
export function hasContent({ kind, body = null, deleted }: StoredEntry): boolean {
  return kind === 'message' && body !== null && deleted === undefined
}

/** Earlier content lies in the payloads of edits: it goes first, so that a stub has none left elsewhere. */
export async function blankEdits(store: Pick<LogStore, 'readChanges' | 'blankPayloads'>, messageId: string, beforeSeq: number): Promise<void> {
  const changes = await store.readChanges(messageId)
  await store.blankPayloads(changes.flatMap(({ _id, kind, seq, payload }) => (kind === 'edit' && seq < beforeSeq && payload.body !== null ? _id : [])))
}

/** Every entry below the purge is folded before, and none above it changes these messages; so only the same purge, folded elsewhere, gets ahead. */
export async function foldPurge(store: Pick<LogStore, 'readWindow' | 'readChanges' | 'blankPayloads' | 'updateRecord'>, entry: StoredEntry): Promise<void> {
  const { roomId, epoch, seq, at, actorId, payload } = entry
  const messages = (await store.readWindow({ roomId, epoch, after: payload.afterSeq ?? 0, upTo: payload.throughSeq ?? 0 })).filter(hasContent)
  const purge = async ({ _id, rev = 0, edits = [] }: StoredEntry) => {
    if (edits.length > 0) await blankEdits(store, _id, seq)
    await store.updateRecord(_id, rev, { set: { rev, deleted: { rev: seq, at, by: actorId, kind: 'retention' } }, blank: true })
  }
  for (let start = 0; start < messages.length; start += atOnce) await Promise.all(messages.slice(start, start + atOnce).map(purge))
}
