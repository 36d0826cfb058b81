/**
 * The one contract of node and client: events, payloads, error codes and ids.
 * Every payload that a client sends is parsed with the schema here; deliveries from a node are typed only.
 */
import { z } from 'zod'

export const protocolVersion = 1

/** Largest accepted message body in bytes of UTF-8. */
export const bodyLimitBytes = 8192
/** Entries in one `sync:page`, `range:get` or `history:page` answer. */
export const pageLimit = 100
/** A client further behind than this many entries gets `sync:reset` instead of a replay. */
export const replayLimit = 1000

const identifier = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9._:-]+$/, 'letters, digits and . _ : - only')
export const roomId = identifier
export const deviceId = identifier
/** UUIDv7, made once when the person presses send (or asks for any other operation); it never changes over retries. */
export const operationId = z.uuid()
const seq = z
  .int()
  .min(0)
  .max(2 ** 31 - 1)
const epoch = z.string().min(1).max(64)

/** Sent as Socket.IO `auth` with every connect. `connectionNumber` rises with each connect of a device. */
export const handshake = z.strictObject({ token: z.string().min(1).max(4096), deviceId, connectionNumber: z.int().min(1) })
export type Handshake = z.infer<typeof handshake>

export const joinRequest = z.strictObject({ room: roomId, operationId })
export const leaveRequest = z.strictObject({ room: roomId, operationId })
export const sendRequest = z.strictObject({
  room: roomId,
  clientMessageId: operationId,
  /** Rises by one per message of this device in this room, from 1. */
  clientSeq: z
    .int()
    .min(1)
    .max(2 ** 31 - 1),
  /** 1 for the first emit; on later ones the node looks for the stored message first. */
  attempt: z.int().min(1).max(10_000),
  type: z.literal('text'),
  body: z
    .string()
    .min(1)
    .refine((body) => Buffer.byteLength(body) <= bodyLimitBytes, `at most ${bodyLimitBytes} bytes of UTF-8`),
  clientCreatedAt: z.int().min(0),
})
export const syncRequest = z.strictObject({
  rooms: z.record(roomId, z.strictObject({ epoch, appliedSeq: seq })).refine((rooms) => Object.keys(rooms).length <= 1000, 'at most 1000 rooms'),
})
/** Asks for the entries `after < seq <= upTo` of a room, at most `pageLimit` of them. */
export const rangeRequest = z
  .strictObject({ room: roomId, epoch, after: seq, upTo: seq })
  .refine((range) => range.upTo > range.after && range.upTo - range.after <= pageLimit, `a window of 1 to ${pageLimit} seqs`)
/** A window of `limit` seqs that ends below `before` (or at the head when absent). */
export const historyRequest = z.strictObject({ room: roomId, before: seq.optional(), limit: z.int().min(1).max(pageLimit) })
export const cursorRequest = z.strictObject({
  cursors: z
    .array(
      z.strictObject({ room: roomId, deliveredSeq: seq, readSeq: seq }).refine((cursor) => cursor.readSeq <= cursor.deliveredSeq, 'readSeq <= deliveredSeq'),
    )
    .min(1)
    .max(1000),
})

export type JoinRequest = z.infer<typeof joinRequest>
export type SendRequest = z.infer<typeof sendRequest>
export type SyncRequest = z.infer<typeof syncRequest>
export type RangeRequest = z.infer<typeof rangeRequest>
export type HistoryRequest = z.infer<typeof historyRequest>
export type CursorRequest = z.infer<typeof cursorRequest>

/**
 * Every error code. `definite`: the operation was not done and never will be by this attempt. A code that is not listed is not definite.
 * `retryable`: the same request may succeed later.
 */
export const errorCodes = {
  invalid: { definite: true, retryable: false },
  too_large: { definite: true, retryable: false },
  forbidden: { definite: true, retryable: false },
  id_reused: { definite: true, retryable: false },
  rate_limited: { definite: true, retryable: true },
  token_expired: { definite: true, retryable: true },
  draining: { definite: true, retryable: true },
  epoch_changed: { definite: true, retryable: true },
  unavailable: { definite: false, retryable: true },
  internal: { definite: false, retryable: true },
} as const
export type ErrorCode = keyof typeof errorCodes

export interface ProtocolError {
  code: ErrorCode
  message: string
  retryAfterMs?: number
}
export type Refusal = { ok: false; error: ProtocolError }
export type Ack<T> = ({ ok: true } & T) | Refusal

export interface MessageContent {
  senderId: string
  deviceId: string
  clientMessageId: string
  clientSeq: number
  type: 'text'
  body: string | null
  clientCreatedAt: number
}

/** An entry of the room log as it goes over the wire: live, in pages and in ranges alike. */
export interface WireEntry {
  room: string
  epoch: string
  seq: number
  rev: number
  /** Server id of the entry (UUIDv7). */
  id: string
  actorId: string
  operationId: string
  /** Milliseconds since the Unix epoch, by the clock of the node that accepted it. */
  at: number
  kind: 'message' | 'join' | 'leave'
  /** Present when `kind` is `message`. */
  message?: MessageContent
}

/** One user's stay in a room: from its join's seq to its leave's (null while it stays). */
export interface MemberInterval {
  userId: string
  joinedSeq: number
  leftSeq: number | null
}
export interface CursorState {
  userId: string
  deviceId: string
  deliveredSeq: number
  readSeq: number
}
export type ResetReason = 'epoch_changed' | 'gap_over_limit' | 'unknown_cursor' | 'rejoined'

export type JoinAck = Ack<{ seq: number; epoch: string; duplicate: boolean }>
export type SendAck = Ack<{ id: string; seq: number; epoch: string; duplicate: boolean }>
/** `rooms`: those that will be replayed; `further`: rooms of the user that the client did not name. */
export type SyncAck = Ack<{ rooms: string[]; further: string[] }>
export type RangeAck = Ack<{ entries: WireEntry[]; head: number }>
/** `from < seq <= to` is the window; `hasMore` says whether seqs that the caller may read lie below it. */
export type HistoryAck = Ack<{ entries: WireEntry[]; epoch: string; from: number; to: number; head: number; hasMore: boolean }>
export type CursorAck = Ack<object>

export interface ClientToServer {
  join: (request: JoinRequest, ack: (answer: JoinAck) => void) => void
  leave: (request: JoinRequest, ack: (answer: JoinAck) => void) => void
  'message:send': (request: SendRequest, ack: (answer: SendAck) => void) => void
  'sync:begin': (request: SyncRequest, ack: (answer: SyncAck) => void) => void
  'range:get': (request: RangeRequest, ack: (answer: RangeAck) => void) => void
  'history:page': (request: HistoryRequest, ack: (answer: HistoryAck) => void) => void
  'cursor:set': (request: CursorRequest, ack: (answer: CursorAck) => void) => void
}

export interface ServerToClient {
  /** The first event of every session. */
  hello: (hello: { node: string; bootId: string; protocol: number }) => void
  entry: (entry: WireEntry) => void
  /** The client acks each page; the next one waits for that. */
  'sync:page': (page: { room: string; epoch: string; entries: WireEntry[] }, ack: () => void) => void
  'sync:complete': (complete: { room: string; epoch: string; head: number; members: MemberInterval[]; cursors: CursorState[] }) => void
  'sync:reset': (reset: { room: string; epoch: string; head: number; reason: ResetReason }) => void
  heartbeat: (heartbeat: { rooms: Record<string, { epoch: string; head: number }> }) => void
  receipts: (receipts: { room: string; cursors: CursorState[] }) => void
  /** The node is about to close; connect again after the delay. */
  reconnect: (hint: { afterMs: number }) => void
  /** Sent right before the node closes the socket. */
  closing: (closing: { code: 'connected_elsewhere' | 'token_expired' | 'draining' | 'slow_consumer' }) => void
}
