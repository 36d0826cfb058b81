/**
 * The messages of a room as a client shows them, whatever order their entries came in. Pure: no socket, no clock.
 *
 *   a message entry        the record as it was when the node read it, up to its `rev`; it replaces one with a lower rev
 *   a change, seq <= rev   already part of the record: no effect
 *   a change that names a rev above the record's, or a record that isn't here yet: kept until what it follows has come
 */
import type { EntryChange, MessageContent, WireEntry } from '../protocol.ts'

export interface MessageRecord {
  readonly id: string
  readonly seq: number
  /** Seq of the last entry that is part of it. */
  readonly rev: number
  readonly at: number
  readonly content: MessageContent
}

type MessageChange = Extract<EntryChange, { messageId: string }>
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

/** What is left of a message when its content may not be seen. */
function bare({ senderId, deviceId, clientMessageId, clientSeq, type, clientCreatedAt }: MessageContent): MessageContent {
  return { senderId, deviceId, clientMessageId, clientSeq, type, clientCreatedAt, body: null }
}
/** A held message that isn't shown whole shows nothing but that it is there, whichever of its states the node has read. */
function visible(content: MessageContent): MessageContent {
  return content.moderation === 'held' && content.body === null ? { ...bare(content), moderation: 'held' } : content
}

function react(content: MessageContent, emoji: string, userId: string, remove: boolean): MessageContent {
  const { reactions = {}, ...rest } = content
  const users = reactions[emoji] ?? []
  if (users.includes(userId) !== remove) return content
  const others = Object.entries(reactions).filter(([name]) => name !== emoji)
  const left = remove ? users.filter((user) => user !== userId) : [...users, userId]
  // In the place where it was, so that the same reactions look the same.
  const next = left.length === 0 ? others : Object.entries({ ...reactions, [emoji]: left })
  return next.length === 0 ? rest : { ...rest, reactions: Object.fromEntries(next) }
}

function moderate(content: MessageContent, change: Extract<MessageChange, { kind: 'moderate' }>, ownUser: string): MessageContent {
  if (change.message) return change.message
  if (change.action === 'hold') return content.senderId === ownUser ? { ...content, moderation: 'held' } : { ...bare(content), moderation: 'held' }
  if (change.action === 'remove') return { ...bare(content), ...(content.deleted ? { deleted: content.deleted } : {}), moderation: 'removed' }
  const { moderation: _held, ...released } = content
  return released
}

/** The content after a change. `ownUser` sees its own messages whole while they are held. */
export function foldContent(content: MessageContent, change: MessageChange, entry: Pick<WireEntry, 'actorId' | 'at'>, ownUser: string): MessageContent {
  switch (change.kind) {
    case 'edit':
      return { ...content, body: change.body, editedAt: entry.at, edits: (content.edits ?? 0) + 1 }
    case 'delete':
      return { ...bare(content), ...(content.moderation ? { moderation: content.moderation } : {}), deleted: { at: entry.at, by: entry.actorId, kind: change.by } }
    case 'react':
    case 'unreact':
      return react(content, change.emoji, entry.actorId, change.kind === 'unreact')
    case 'moderate':
      return moderate(content, change, ownUser)
  }
}

/** `limit`: records kept; beyond it the one that came first goes. */
export function createRecords(ownUser: string, limit: number): Records {
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
      if (record.seq > throughSeq || seq <= next.rev) continue
      const { deleted = { at, by, kind: 'retention' as const }, moderation } = next.content
      next = { ...next, rev: seq, content: { ...bare(next.content), deleted, ...(moderation ? { moderation } : {}) } }
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
    return { ...record, rev: entry.seq, content: visible(foldContent(record.content, change, entry, ownUser)) }
  }
  function keep(record: MessageRecord): void {
    records.set(record.id, record)
    const oldest = records.size > limit ? records.keys().next().value : undefined
    if (oldest !== undefined) records.delete(oldest)
  }

  function takeMessage(entry: WireEntry, content: MessageContent): readonly MessageRecord[] {
    const before = records.get(entry.id)
    if (before && before.rev >= entry.rev) return unchanged
    const arrived: MessageRecord = { id: entry.id, seq: entry.seq, rev: entry.rev, at: entry.at, content: visible(content) }
    const record = waiting.size > 0 || purges.length > 0 ? caughtUp(arrived) : arrived
    keep(record)
    return before || record !== arrived ? [record] : unchanged
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
    return [record]
  }
  function takePurge(entry: WireEntry, throughSeq: number): readonly MessageRecord[] {
    purges.push({ throughSeq, seq: entry.seq, at: entry.at, by: entry.actorId })
    const changed: MessageRecord[] = []
    for (const record of records.values()) {
      const next = purged(record)
      if (next === record) continue
      records.set(record.id, next)
      changed.push(next)
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
    get: (messageId) => records.get(messageId),
    all: () => [...records.values()].sort((left, right) => left.seq - right.seq),
    clear() {
      records.clear()
      waiting.clear()
      waitingCount = 0
      purges.length = 0
    },
  }
}
