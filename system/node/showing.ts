/** What a member is shown of the log: a held message and its edits only as stubs, except to its author and moderators. */
import { contentOf, wireOf } from './entries.ts'
import { mayRead } from './folds.ts'
import { isModerator } from './permission.ts'
import type { MessageContent, WireEntry } from '../protocol.ts'
import type { StoredEntry } from './entries.ts'
import type { Membership } from './folds.ts'
import type { RecordStore } from './record-store.ts'

/** Folded state of a room. */
export interface Shown {
  membership: Membership
  /** Ids of the messages that are held for review. */
  held: ReadonlySet<string>
}

/** Pure: one entry as this user may see it. Membership is decided elsewhere. */
export function shownTo({ membership, held }: Shown, user: string, entry: WireEntry): WireEntry {
  const { message, change } = entry
  const isStubbed = (id: string, content: MessageContent) =>
    content.deleted === undefined && (content.moderation === 'held' || held.has(id)) && content.senderId !== user && !isModerator(membership, user)
  if (message !== undefined) return isStubbed(entry.id, message) ? { ...entry, message: stubOf(message) } : entry
  if (change?.kind === 'edit' && held.has(change.messageId) && entry.actorId !== user && !isModerator(membership, user))
    return { ...entry, change: { ...change, body: null } }
  if (change?.kind === 'moderate' && change.message !== undefined && isStubbed(change.messageId, change.message))
    return { ...entry, change: { ...change, message: stubOf(change.message) } }
  return entry
}

function stubOf({ senderId, deviceId, clientMessageId, clientSeq, type, clientCreatedAt, replyTo }: MessageContent): MessageContent {
  return {
    senderId,
    deviceId,
    clientMessageId,
    clientSeq,
    type,
    body: null,
    clientCreatedAt,
    ...(replyTo === undefined ? {} : { replyTo }),
    moderation: 'held',
  }
}

/** Whether an entry goes out with the record: members who had a stub of it until now lack the rest. */
export function bringsRecord({ kind, payload }: Pick<StoredEntry, 'kind' | 'payload'>): boolean {
  return kind === 'moderate' && payload.action !== 'hold'
}

/** Pure: entries over the wire, each release and removal with its record; `rev` is then the record's, which may have gone on since. */
export function withRecords(entries: readonly StoredEntry[], records: readonly StoredEntry[]): WireEntry[] {
  const contents = new Map(records.map((record) => [record._id, record]))
  return entries.map((entry) => {
    const wire = wireOf(entry)
    const { change } = wire
    const record = change?.kind === 'moderate' && bringsRecord(entry) ? contents.get(change.messageId) : undefined
    if (change?.kind !== 'moderate' || record === undefined) return wire
    return { ...wire, rev: Math.max(wire.rev, record.rev ?? 0), change: { ...change, message: contentOf(record) } }
  })
}

/** Reads what the entries of a page need besides themselves. The page must be shown right after it, in one step with the check of membership. */
export async function completed(log: Pick<RecordStore, 'findMessages'>, entries: readonly StoredEntry[]): Promise<WireEntry[]> {
  const brought = entries.flatMap((entry) => (bringsRecord(entry) ? (entry.messageId ?? []) : []))
  return withRecords(entries, brought.length === 0 ? [] : await log.findMessages([...new Set(brought)]))
}

/** Pure: a page as this user may see it, without what lies outside the user's stays. */
export function shownPage(room: Shown, user: string, entries: readonly WireEntry[]): WireEntry[] {
  return entries.filter((entry) => mayRead(room.membership, user, entry.seq)).map((entry) => shownTo(room, user, entry))
}
