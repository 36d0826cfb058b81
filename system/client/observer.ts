import type { Attachment, MessageContent, PresenceView } from '../protocol.ts'

/** What a chat client tells about itself: the only thing that a recorder needs to know of it. */
export type Outcome =
  | { kind: 'ok'; id: string; seq: number; epoch: string; duplicate: boolean }
  | { kind: 'failed'; code: string }
  | { kind: 'unknown'; why: string }

/** What a person sees of a message, later changes folded in. */
export type RecordContent = Pick<MessageContent, 'body' | 'editedAt' | 'edits' | 'deleted' | 'reactions' | 'moderation' | 'replyTo'>
/** A message whose files are shown. */
export type FileContent = Pick<MessageContent, 'body' | 'senderId'> & { attachments: readonly Attachment[] }

/** How an entry came: by live fanout, in a replay after connect, in a range asked for, in a history page. */
export type Way = 'live' | 'sync' | 'range' | 'page'
export type Status = 'queued' | 'sending' | 'retrying' | 'offline' | 'sent' | 'delivered' | 'read' | 'failed' | 'cancelled'

/** Bits of `layerBits`: how far an entry came, and by which way. */
export const layer = { wire: 1, applied: 2, shown: 4, held: 8 } as const
export const wayBit: Readonly<Record<Way, number>> = { live: 16, sync: 32, range: 64, page: 128 }

/**
 * What a client saw. `delivery` is called once an arrival and is the hot path: plain arguments, no object a call.
 * `clientMessageId` names own messages; `body` is null for a stub.
 */
export interface Observer {
  /** `room`: whose connection it is, of a client with one for each room; null: the connection for all of its rooms. */
  connected(node: string, bootId: string, room: string | null): void
  disconnected(reason: string, room: string | null): void
  /** `wire`: arrived; `held`: kept for order; `applied`: accepted into the view and shown. Called at each step, once per step; an arrival that is applied at once is one call with both. */
  delivery(room: string, kind: string, seq: number, rev: number, body: string | null, senderId: string, layerBits: number): void
  attempt(clientMessageId: string, attempt: number, usedId: string): void
  outcome(clientMessageId: string, outcome: Outcome, attempt: number): void
  status(clientMessageId: string, status: Status): void
  syncBegin(room: string, appliedSeq: number, generation: number): void
  syncComplete(room: string, head: number, epoch: string, generation: number): void
  syncReset(room: string, head: number, reason: string, generation: number): void
  heartbeat(room: string, head: number, epoch: string): void
  watermark(room: string, deliveredSeq: number, readSeq: number): void
  receipt(room: string, user: string, deliveredSeq: number, readSeq: number): void
  joined(room: string, seq: number, epoch: string): void
  rangeAsked(room: string, after: number, upTo: number): void
  /** The rest is told only to who listens. A message is shown anew: `seq` names it, `rev` is the seq of the change. */
  changed?(room: string, seq: number, rev: number, record: RecordContent, layerBits: number): void
  /** Files of the message with that seq are shown, or their placeholders, for the first time or in another state. */
  filesShown?(room: string, seq: number, content: FileContent): void
  presence?(user: string, view: PresenceView): void
  /** All who are typing in the room now. */
  typing?(room: string, users: readonly string[]): void
  /** The client is no member any more; `by`: who did it. */
  left?(room: string, seq: number, by: string, byAnother: boolean): void
}
