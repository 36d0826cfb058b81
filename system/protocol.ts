/**
 * The one contract of node and client: events, payloads, error codes and ids.
 * Every payload that a client sends is parsed with the schema here; deliveries from a node are typed only.
 */
import { z } from 'zod'
import { attachmentLimit, bodyLimitBytes, fileNameLimitBytes, pageLimit } from './codes-and-limits.ts'
import type { ErrorCode } from './codes-and-limits.ts'

export { attachmentLimit, bodyLimitBytes, errorCodes, fileNameLimitBytes, pageLimit, timers } from './codes-and-limits.ts'
export type { ErrorCode } from './codes-and-limits.ts'

export const protocolVersion = 1

/** Entries of the log: everything that members must converge on. */
export const entryKinds = [
  'message',
  'edit',
  'delete',
  'react',
  'unreact',
  'moderate',
  'join',
  'leave',
  'role',
  'ban',
  'mute',
  'upload-state',
  'purged',
  'closed',
] as const
export type EntryKind = (typeof entryKinds)[number]
export const roles = ['owner', 'moderator', 'member'] as const
export type Role = (typeof roles)[number]

/** A client further behind than this many entries gets `sync:reset` instead of a replay. */
export const replayLimit = 1000

/** One name is none: as the key of an object it would be lost. */
const identifier = z
  .string()
  .min(1)
  .max(64)
  .regex(/^(?!__proto__$)[A-Za-z0-9._:-]+$/, 'letters, digits and . _ : - only, and not __proto__')
export const roomId = identifier
const userId = identifier
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

/** Server id of an upload (UUIDv7). */
export const uploadId = z.uuid()
/** What a person calls the file: shown, never a path. No control or path characters, NFC, no leading dot. */
const fileName = z
  .string()
  .min(1)
  .refine((name) => Buffer.byteLength(name) <= fileNameLimitBytes, `at most ${fileNameLimitBytes} bytes of UTF-8`)
  .refine((name) => name === name.normalize('NFC'), 'a name in Unicode normalisation form C')
  .refine(
    (name) => !/[\p{Cc}\p{Cf}\p{Cs}/\\:*?"<>|]/u.test(name) && !name.startsWith('.') && name.trim() === name,
    'a plain file name: no control, format or path characters, no leading dot, no spaces around it',
  )
/** Asks for a place for a file of exactly this length, type and content: answered by a pre-signed PUT. */
export const uploadReserveRequest = z.strictObject({
  room: roomId,
  operationId,
  name: fileName,
  /** Above the node's limit: `too_large`. */
  bytes: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
  contentType: z
    .string()
    .max(127)
    .regex(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/, 'a media type like image/png, in lower case'),
  /** Of the whole content, as 64 lower-case hex digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits'),
})
/** The bytes are in the object store. */
export const uploadCompleteRequest = z.strictObject({ room: roomId, uploadId })
/** Where a member of the room may fetch a clean file now. */
export const fileUrlRequest = z.strictObject({ room: roomId, uploadId })

export const joinRequest = z.strictObject({ room: roomId, operationId })
export const leaveRequest = z.strictObject({ room: roomId, operationId })
export const sendRequest = z
  .strictObject({
    room: roomId,
    clientMessageId: operationId,
    /** Rises by one per message of this device in this room, from 1. */
    clientSeq: z
      .int()
      .min(1)
      .max(2 ** 31 - 1),
    /** 1 for the first emit; on later ones the node looks for the stored message first. */
    attempt: z.int().min(1).max(10_000),
    /** `file`: at least one attachment. */
    type: z.enum(['text', 'file']),
    /** Completed uploads of the sender in this room: scanning or clean. */
    attachments: z
      .array(uploadId)
      .min(1)
      .max(attachmentLimit)
      .refine((ids) => new Set(ids).size === ids.length, 'each file once')
      .optional(),
    /** Server id of the message that this one answers. */
    replyTo: z.uuid().optional(),
    body: z
      .string()
      .min(1)
      .refine((body) => Buffer.byteLength(body) <= bodyLimitBytes, `at most ${bodyLimitBytes} bytes of UTF-8`),
    clientCreatedAt: z.int().min(0),
  })
  .refine(({ type, attachments }) => (type === 'file') === (attachments !== undefined), 'attachments go with type file, and with no other')
/** Server id of a message entry (UUIDv7). */
const messageId = z.uuid()
const body = sendRequest.shape.body
const reason = z.string().max(500).optional()
const about = { room: roomId, operationId, messageId }
const member = { room: roomId, operationId, userId, reason }
/** Milliseconds since the Unix epoch; null: without end. */
const until = z.int().min(0).nullable()

/** By the author only. */
export const editRequest = z.strictObject({ ...about, body })
/** By the author, a moderator or the owner; blanks the message, its edits and what they are found by. */
export const deleteRequest = z.strictObject({ ...about, reason })
export const reactRequest = z.strictObject({ ...about, emoji: z.string().min(1).max(32), remove: z.boolean().default(false) })
/** `hold` hides a message from all but its author and moderators until `release`; `remove` blanks it. */
export const moderateRequest = z.strictObject({ ...about, action: z.enum(['hold', 'release', 'remove']), reason })
export const roleRequest = z.strictObject({ room: roomId, operationId, userId, role: z.enum(roles) })
export const kickRequest = z.strictObject(member)
export const banRequest = z.strictObject({ ...member, banned: z.boolean(), until })
export const muteRequest = z.strictObject({ ...member, muted: z.boolean(), until })
export const retentionRequest = z.strictObject({
  room: roomId,
  policy: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('keep') }),
    z.strictObject({ kind: z.enum(['delete', 'archive']), afterMs: z.int().min(0) }),
  ]),
  legalHold: z.boolean(),
})
/** Words are normalised (NFKC, case, diacritics); the last is a prefix. Without `room`: all rooms of the caller. */
export const searchRequest = z.strictObject({ query: z.string().min(1).max(200), room: roomId.optional(), limit: z.int().min(1).max(50) })
export const unreadRequest = z.strictObject({ rooms: z.array(roomId).min(1).max(1000) })
export const archiveRequest = z.strictObject({ room: roomId, before: seq.optional(), limit: z.int().min(1).max(pageLimit) })
export const presenceGetRequest = z.strictObject({ users: z.array(userId).min(1).max(500) })
export const presenceSetRequest = z.strictObject({ state: z.enum(['online', 'idle']) })
export const typingRequest = z.strictObject({ room: roomId, typing: z.boolean() })
/** The room that is open on the person's screen; null: none. */
export const focusRequest = z.strictObject({ room: roomId.nullable() })
export const renewRequest = z.strictObject({ token: handshake.shape.token })

export type EditRequest = z.infer<typeof editRequest>
export type DeleteRequest = z.infer<typeof deleteRequest>
export type ReactRequest = z.infer<typeof reactRequest>
export type ModerateRequest = z.infer<typeof moderateRequest>
export type RoleRequest = z.infer<typeof roleRequest>
export type KickRequest = z.infer<typeof kickRequest>
export type BanRequest = z.infer<typeof banRequest>
export type MuteRequest = z.infer<typeof muteRequest>
export type RetentionRequest = z.infer<typeof retentionRequest>
export type SearchRequest = z.infer<typeof searchRequest>
export type UnreadRequest = z.infer<typeof unreadRequest>
export type ArchiveRequest = z.infer<typeof archiveRequest>
export type PresenceGetRequest = z.infer<typeof presenceGetRequest>
export type PresenceSetRequest = z.infer<typeof presenceSetRequest>
export type TypingRequest = z.infer<typeof typingRequest>
export type FocusRequest = z.infer<typeof focusRequest>
export type RenewRequest = z.infer<typeof renewRequest>

export const syncRequest = z.strictObject({
  rooms: z.record(roomId, z.strictObject({ epoch, appliedSeq: seq })).refine((rooms) => Object.keys(rooms).length <= 1000, 'at most 1000 rooms'),
})
/** Asks for the entries `after < seq <= upTo` of a room, at most `pageLimit` of them. */
export const rangeRequest = z
  .strictObject({ room: roomId, epoch, after: seq, upTo: seq })
  .refine((range) => range.upTo > range.after && range.upTo - range.after <= pageLimit, `a window of 1 to ${pageLimit} seqs`)
/** A window of `limit` seqs: below `before`, above `after`, around `around`, or up to the head; at most one of the three. */
export const historyRequest = z
  .strictObject({ room: roomId, before: seq.optional(), after: seq.optional(), around: seq.optional(), limit: z.int().min(1).max(pageLimit) })
  .refine(
    ({ before, after, around }) => [before, after, around].filter((cursor) => cursor !== undefined).length <= 1,
    'at most one of before, after and around',
  )
export const cursorRequest = z.strictObject({
  cursors: z
    .array(
      z.strictObject({ room: roomId, deliveredSeq: seq, readSeq: seq }).refine((cursor) => cursor.readSeq <= cursor.deliveredSeq, 'readSeq <= deliveredSeq'),
    )
    .min(1)
    .max(1000),
})

export type UploadReserveRequest = z.infer<typeof uploadReserveRequest>
export type UploadCompleteRequest = z.infer<typeof uploadCompleteRequest>
export type FileUrlRequest = z.infer<typeof fileUrlRequest>
export type JoinRequest = z.infer<typeof joinRequest>
export type SendRequest = z.infer<typeof sendRequest>
export type SyncRequest = z.infer<typeof syncRequest>
export type RangeRequest = z.infer<typeof rangeRequest>
export type HistoryRequest = z.infer<typeof historyRequest>
export type CursorRequest = z.infer<typeof cursorRequest>

export interface ProtocolError {
  code: ErrorCode
  message: string
  retryAfterMs?: number
}
export type Refusal = { ok: false; error: ProtocolError }
export type Ack<T> = ({ ok: true } & T) | Refusal

/**
 * `reserved` -> `uploaded` -> `scanning` -> `clean` | `infected` | `error`; `reserved` -> `expired`. Only `clean` is ever served.
 */
export const uploadStates = ['reserved', 'uploaded', 'scanning', 'clean', 'infected', 'error', 'expired'] as const
export type UploadState = (typeof uploadStates)[number]
export const accessWays = ['public', 'signed', 'proxy'] as const
/** How clean files are reached: a bearer URL, one that expires (minted when shown), or through the node with a membership check each time. */
export type AccessWay = (typeof accessWays)[number]

/** A file of a message. A person sees a placeholder until `state` is `clean`. */
export interface Attachment {
  uploadId: string
  name: string
  bytes: number
  contentType: string
  sha256: string
  state: UploadState
}

export interface MessageContent {
  senderId: string
  deviceId: string
  clientMessageId: string
  clientSeq: number
  type: 'text' | 'file'
  /** Absent: none. Gone with the body. */
  attachments?: Attachment[]
  /** Null once deleted, removed or purged, and in a stub of a held message. */
  body: string | null
  clientCreatedAt: number
  replyTo?: string
  /** Folded: what later entries made of it. Absent: nothing yet. */
  editedAt?: number
  edits?: number
  deleted?: { at: number; by: string; kind: 'author' | 'moderator' | 'retention' }
  /** Emoji -> users, in the order in which they reacted. */
  reactions?: Record<string, string[]>
  moderation?: 'held' | 'removed'
}

/** What an entry other than a message does. Seqs and who did it are in the entry. */
export type EntryChange =
  | { kind: 'edit'; messageId: string; body: string | null }
  | { kind: 'delete'; messageId: string; by: 'author' | 'moderator' | 'retention' }
  | { kind: 'react' | 'unreact'; messageId: string; emoji: string }
  | {
      kind: 'moderate'
      messageId: string
      action: 'hold' | 'release' | 'remove'
      /** with `release` and `remove`: the record, as of the entry's `rev` */ message?: MessageContent
    }
  | { kind: 'role'; userId: string; role: Role }
  /** `userId` leaves; kicked when it isn't the actor. */
  | { kind: 'leave'; userId: string; reason?: string }
  | { kind: 'ban'; userId: string; banned: boolean; until: number | null; reason?: string }
  | { kind: 'mute'; userId: string; muted: boolean; until: number | null; reason?: string }
  /** The verdict on a file of a message; actor `system`. */
  | { kind: 'upload-state'; messageId: string; uploadId: string; state: UploadState }
  | { kind: 'purged'; throughSeq: number; archived: boolean }

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
  kind: EntryKind
  /** Present when `kind` is `message`. */
  message?: MessageContent
  /** Present in every other kind but `join` and `closed`. */
  change?: EntryChange
  /** Of a change of a message: `rev` of the record before it. */
  previousRev?: number
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
export type ChangeAck = Ack<{ id: string; seq: number; epoch: string; duplicate: boolean }>
/** `pending`: committed, but not every live node has confirmed; ask again with the same operationId. */
export type ExclusionAck = Ack<{ id: string; seq: number; epoch: string; duplicate: boolean; state: 'done' | 'pending' }>
export interface SearchHit {
  room: string
  entry: WireEntry
}
/** Newest first. */
export type SearchAck = Ack<{ hits: SearchHit[] }>
/** Visible messages of others after the user's highest readSeq. */
export type UnreadAck = Ack<{ rooms: Record<string, { count: number; readSeq: number }> }>
export type PresenceState = 'online' | 'idle' | 'offline' | 'unknown'
/** `lastSeenAt`: milliseconds since the Unix epoch, null when never seen. */
export interface PresenceView {
  state: PresenceState
  lastSeenAt: number | null
}
export type PresenceAck = Ack<{ users: Record<string, PresenceView> }>
/** Archived entries of the caller's membership, read back from the object store. */
export type ArchiveAck = Ack<{ entries: WireEntry[]; hasMore: boolean }>

/** `put`: the one request that the store takes for it, with these headers and no others. `expiresAt`: milliseconds since the Unix epoch. */
export type UploadReserveAck = Ack<{ uploadId: string; put: { url: string; headers: Record<string, string> }; expiresAt: number; duplicate: boolean }>
/** `state`: that of the upload after it was copied and its length and hash were checked: `scanning`, or further when it was asked again. */
export type UploadCompleteAck = Ack<{ uploadId: string; state: UploadState }>
/** `expiresAt`: milliseconds since the Unix epoch, null when it doesn't expire. With `proxy` the request needs `authorization: Bearer <token>`. */
export type FileUrlAck = Ack<{ url: string; access: AccessWay; expiresAt: number | null }>

export interface ClientToServer {
  'upload:reserve': (request: UploadReserveRequest, ack: (answer: UploadReserveAck) => void) => void
  'upload:complete': (request: UploadCompleteRequest, ack: (answer: UploadCompleteAck) => void) => void
  'file:url': (request: FileUrlRequest, ack: (answer: FileUrlAck) => void) => void
  join: (request: JoinRequest, ack: (answer: JoinAck) => void) => void
  leave: (request: JoinRequest, ack: (answer: JoinAck) => void) => void
  'message:send': (request: SendRequest, ack: (answer: SendAck) => void) => void
  'sync:begin': (request: SyncRequest, ack: (answer: SyncAck) => void) => void
  'range:get': (request: RangeRequest, ack: (answer: RangeAck) => void) => void
  'history:page': (request: HistoryRequest, ack: (answer: HistoryAck) => void) => void
  'cursor:set': (request: CursorRequest, ack: (answer: CursorAck) => void) => void
  'message:edit': (request: EditRequest, ack: (answer: ChangeAck) => void) => void
  'message:delete': (request: DeleteRequest, ack: (answer: ChangeAck) => void) => void
  'message:react': (request: ReactRequest, ack: (answer: ChangeAck) => void) => void
  'message:moderate': (request: ModerateRequest, ack: (answer: ChangeAck) => void) => void
  'member:role': (request: RoleRequest, ack: (answer: ChangeAck) => void) => void
  'member:kick': (request: KickRequest, ack: (answer: ExclusionAck) => void) => void
  'member:ban': (request: BanRequest, ack: (answer: ExclusionAck) => void) => void
  'member:mute': (request: MuteRequest, ack: (answer: ChangeAck) => void) => void
  'room:retention': (request: RetentionRequest, ack: (answer: Ack<object>) => void) => void
  'archive:page': (request: ArchiveRequest, ack: (answer: ArchiveAck) => void) => void
  search: (request: SearchRequest, ack: (answer: SearchAck) => void) => void
  'unread:get': (request: UnreadRequest, ack: (answer: UnreadAck) => void) => void
  'presence:get': (request: PresenceGetRequest, ack: (answer: PresenceAck) => void) => void
  'presence:set': (request: PresenceSetRequest, ack: (answer: Ack<object>) => void) => void
  typing: (request: TypingRequest, ack: (answer: Ack<object>) => void) => void
  'room:focus': (request: FocusRequest, ack: (answer: Ack<object>) => void) => void
  'token:renew': (request: RenewRequest, ack: (answer: Ack<{ expiresAt: number }>) => void) => void
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
  /** Changes since the last one, coalesced; of users who share a room with the receiver. */
  presence: (presence: { users: Record<string, PresenceView> }) => void
  /** All who are typing now; then again when that changes. */
  typing: (typing: { room: string; users: string[] }) => void
  /** All who have the room on their screen now; then again when that changes. */
  'room:here': (here: { room: string; users: string[] }) => void
  /** The node is about to close; connect again after the delay. */
  reconnect: (hint: { afterMs: number }) => void
  /** Sent right before the node closes the socket. */
  closing: (closing: { code: 'connected_elsewhere' | 'token_expired' | 'draining' | 'slow_consumer' }) => void
}
