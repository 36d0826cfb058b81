/**
 * The messages of a room as a client shows them, whatever order their entries came in. Pure: no socket, no clock.
 *
 *   a message entry        the record as it was when the node read it, up to its `rev`; it replaces one with a lower rev
 *   a change, seq <= rev   already part of the record: no effect
 *   a change that names a rev above the record's, or a record that isn't here yet: kept until what it follows has come
 */
import type { MessageContent, WireEntry } from '../protocol.ts'
import { blanked, foldContent } from './fold-content.ts'

export interface MessageRecord {
  readonly id: string
  readonly seq: number
  /** Seq of the last entry that is part of it. */
  readonly rev: number
  readonly at: number
  readonly content: MessageContent
}

interface Purge {
  throughSeq: number
  seq: number
  at: number
  by: string
}

export interface Records {
  /** The records that were here and are another now. */
  take(entry: WireEntry): readonly MessageRecord[]
  get(messageId: string): MessageRecord | undefined
  /** In seq order. */
  all(): MessageRecord[]
  clear(): void
}

/** Changes that wait for their message. */
const waitingLimit = 1000
const unchanged: readonly MessageRecord[] = []

/** What is shown: a held message that isn't shown whole shows nothing but that it is there, or that it was and is deleted. */
function visible(record: MessageRecord, seesHeld: (senderId: string) => boolean): MessageRecord {
  const { moderation, body, senderId, deviceId, clientMessageId, clientSeq, type, clientCreatedAt, replyTo, deleted } = record.content
  if (moderation !== 'held' || (body !== null && seesHeld(senderId))) return record
  const answered = replyTo === undefined ? {} : { replyTo }
  const gone = deleted === undefined ? {} : { deleted }
  return { ...record, content: { senderId, deviceId, clientMessageId, clientSeq, type, body: null, clientCreatedAt, ...answered, ...gone, moderation } }
}

/** `seesHeld`: whether held messages of this sender may be shown whole; `limit`: records kept, beyond it the one that came first goes. */
export function createRecords(seesHeld: (senderId: string) => boolean, limit: number): Records {
  const shown = (record: MessageRecord): MessageRecord => visible(record, seesHeld)
  const records = new Map<string, MessageRecord>()
  /** By message, in seq order. */
  const waiting = new Map<string, WireEntry[]>()
  let waitingCount = 0
  const purges: Purge[] = []

  function wait(messageId: string, entry: WireEntry): void {
    const entries = waiting.get(messageId) ?? []
    if (entries.some(({ seq }) => seq === entry.seq)) return
    entries.push(entry)
    entries.sort((left, right) => left.seq - right.seq)
    waiting.set(messageId, entries)
    waitingCount += 1
    const oldest = waiting.keys().next().value
    if (waitingCount > waitingLimit && oldest !== undefined) forgetWaiting(oldest)
  }
  function forgetWaiting(messageId: string): void {
    waitingCount -= waiting.get(messageId)?.length ?? 0
    waiting.delete(messageId)
  }
  function purged(record: MessageRecord): MessageRecord {
    let next = record
    for (const { throughSeq, seq, at, by } of purges) {
      if (record.seq > throughSeq || seq <= next.rev || next.content.deleted || next.content.moderation === 'removed') continue
      next = { ...next, rev: seq, content: { ...blanked(next.content), deleted: { at, by, kind: 'retention' } } }
    }
    return next
  }
  /** The record with every waiting change that follows on it. */
  function caughtUp(record: MessageRecord): MessageRecord {
    let next = record
    const entries = waiting.get(record.id) ?? []
    while (entries[0] && (entries[0].previousRev ?? 0) <= next.rev) {
      next = folded(next, entries[0])
      entries.shift()
      waitingCount -= 1
    }
    if (entries.length === 0) waiting.delete(record.id)
    return purged(next)
  }
  function folded(record: MessageRecord, entry: WireEntry): MessageRecord {
    const { change } = entry
    if (entry.seq <= record.rev || !change || !('messageId' in change)) return record
    // A release brings the record as it was when the node read it.
    const rev = change.kind === 'moderate' && change.message ? Math.max(entry.seq, entry.rev) : entry.seq
    return { ...record, rev, content: foldContent(record.content, change, entry) }
  }
  function keep(record: MessageRecord): void {
    records.set(record.id, record)
    const oldest = records.size > limit ? records.keys().next().value : undefined
    if (oldest !== undefined) records.delete(oldest)
  }

  function takeMessage(entry: WireEntry, content: MessageContent): readonly MessageRecord[] {
    const before = records.get(entry.id)
    if (before && before.rev >= entry.rev) return unchanged
    const arrived: MessageRecord = { id: entry.id, seq: entry.seq, rev: entry.rev, at: entry.at, content }
    const record = waiting.size > 0 || purges.length > 0 ? caughtUp(arrived) : arrived
    keep(record)
    return before || record !== arrived ? [shown(record)] : unchanged
  }
  function takeChange(entry: WireEntry, messageId: string): readonly MessageRecord[] {
    const before = records.get(messageId)
    if (before && entry.seq <= before.rev) return unchanged
    if (!before || (entry.previousRev ?? 0) > before.rev) {
      wait(messageId, entry)
      return unchanged
    }
    const record = caughtUp(folded(before, entry))
    records.set(messageId, record)
    return [shown(record)]
  }
  function takePurge(entry: WireEntry, throughSeq: number): readonly MessageRecord[] {
    purges.push({ throughSeq, seq: entry.seq, at: entry.at, by: entry.actorId })
    const changed: MessageRecord[] = []
    for (const record of records.values()) {
      const next = purged(record)
      if (next === record) continue
      records.set(record.id, next)
      changed.push(shown(next))
    }
    return changed
  }

  return {
    take(entry) {
      if (entry.message) return takeMessage(entry, entry.message)
      const { change } = entry
      if (!change) return unchanged
      if (change.kind === 'purged') return takePurge(entry, change.throughSeq)
      return 'messageId' in change ? takeChange(entry, change.messageId) : unchanged
    },
    get(messageId) {
      const record = records.get(messageId)
      return record && shown(record)
    },
    all: () => Array.from(records.values(), shown).sort((left, right) => left.seq - right.seq),
    clear() {
      records.clear()
      waiting.clear()
      waitingCount = 0
      purges.length = 0
    },
  }
}
