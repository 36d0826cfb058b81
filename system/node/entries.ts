/** An entry of the room log: as asked for, as stored, and as it goes over the wire. */
import { createHash } from 'node:crypto'
import { termsOf } from './search-terms.ts'
import type { Attachment, EntryChange, EntryKind, MessageContent, Refusal, Role, UploadState, WireEntry } from '../protocol.ts'

/** What an operation says; which fields there are depends on the kind of its entry. Never changed, only blanked: `body` becomes null. */
export interface Payload {
  /** message */
  type?: MessageContent['type']
  /** message, edit */
  body?: string | null
  /** message: its files with their states at that time; gone with the body */
  attachments?: Attachment[]
  /** upload-state */
  uploadId?: string
  state?: UploadState
  /** delete */
  by?: 'author' | 'moderator' | 'retention'
  /** react, unreact */
  emoji?: string
  /** moderate */
  action?: 'hold' | 'release' | 'remove'
  /** join, leave, role, ban, mute: whom it is about */
  userId?: string
  role?: Role
  banned?: boolean
  muted?: boolean
  /** ban, mute: milliseconds since the Unix epoch; null: without end */
  until?: number | null
  /** delete, moderate, leave, ban, mute */
  reason?: string
  /** purged: every message after the one and up to the other is a stub now */
  afterSeq?: number
  throughSeq?: number
  archived?: boolean
}
export interface StoredEdit {
  rev: number
  at: number
  body: string | null
}
export interface StoredReaction {
  emoji: string
  userId: string
}
export interface StoredDeletion {
  rev: number
  at: number
  by: string
  kind: 'author' | 'moderator' | 'retention'
  reason?: string
}
export interface StoredModeration {
  state: 'visible' | 'held' | 'removed'
  rev: number
  at: number
  by: string
  reason?: string
}
export interface StoredRetention {
  policy: 'keep' | 'delete' | 'archive'
  /** Milliseconds since the Unix epoch. */
  expiresAt?: number
  /** Key of the archive in the object store. */
  archivedTo?: string
}

/** A document of `room_log`. */
export interface StoredEntry {
  /** Server id, UUIDv7. */
  _id: string
  roomId: string
  epoch: string
  seq: number
  kind: EntryKind
  actorId: string
  operationId: string
  /** Of a change of a message: its server id, and the record's `rev` before this entry. */
  messageId?: string
  previousRev?: number
  payload: Payload
  /** SHA-256 of the body of a message or an edit, as it was sent; it stays when the body is blanked. */
  bodyHash?: string
  /** Milliseconds since the Unix epoch by the clock of `acceptedBy`. */
  at: number
  /** Name of the node that committed it. */
  acceptedBy: string
  attempt: number

  /** The rest is the record, present when `kind` is `message`. `rev`: seq of the last entry folded into it. */
  rev?: number
  senderId?: string
  deviceId?: string
  clientMessageId?: string
  clientSeq?: number
  type?: MessageContent['type']
  /** Ids of its files as it was sent; they stay when the files go. */
  uploadIds?: string[]
  createdAt?: number
  clientCreatedAt?: number
  replyTo?: string
  /** Folded. */
  body?: string | null
  attachments?: Attachment[]
  /** Newer states of its attachments, by uploadId. */
  fileStates?: Record<string, UploadState>
  edits?: StoredEdit[]
  deleted?: StoredDeletion
  reactions?: StoredReaction[]
  moderation?: StoredModeration
  searchTerms?: string[]
  retention?: StoredRetention
}

/** What a caller wants appended; seq, previousRev and place are decided by the room's queue. */
export interface Intent {
  id: string
  kind: EntryKind
  actorId: string
  operationId: string
  attempt: number
  /** With `message` only. */
  message?: MessageContent & { body: string }
  /** Ids of the files that the message carries, in their order. */
  uploadIds?: readonly string[]
  /** With every other kind. */
  payload?: Payload
  /** Of the message that it changes. */
  messageId?: string
  /** A reason of the caller's own not to append it now; asked on folded state, right before each insert. */
  unless?: () => Refusal | null
}

/** Actor of what the system does by itself. */
export const systemActor = 'system'

/** base64url SHA-256 of a message body. */
function hashOf(body: string): string {
  return createHash('sha256').update(body).digest('base64url')
}

export interface Place {
  roomId: string
  epoch: string
  seq: number
  /** Of the message that the intent changes. */
  previousRev?: number | undefined
}

export function entryOf(intent: Intent, { roomId, epoch, seq, previousRev }: Place, acceptedBy: string, atMs: number): StoredEntry {
  const { id, kind, actorId, operationId, attempt, message, uploadIds = [], messageId, payload = { userId: actorId } } = intent
  const common = { _id: id, roomId, epoch, seq, kind, actorId, operationId, at: atMs, acceptedBy, attempt }
  if (message === undefined) {
    const about = messageId === undefined || previousRev === undefined ? {} : { messageId, previousRev }
    return { ...common, ...about, payload, ...(typeof payload.body === 'string' ? { bodyHash: hashOf(payload.body) } : {}) }
  }
  const { senderId, deviceId, clientMessageId, clientSeq, type, body, clientCreatedAt, replyTo, attachments } = message
  return {
    ...common,
    payload: { type, body, ...(attachments === undefined ? {} : { attachments }) },
    bodyHash: hashOf(body),
    rev: seq,
    senderId,
    deviceId,
    clientMessageId,
    clientSeq,
    type,
    createdAt: atMs,
    clientCreatedAt,
    ...(replyTo === undefined ? {} : { replyTo }),
    body,
    ...(attachments === undefined ? {} : { attachments, uploadIds: [...uploadIds] }),
    searchTerms: termsOf(body),
  }
}

/** The whole entry, as its author and moderators see it; what others see of it is decided in showing.ts. */
export function wireOf(entry: StoredEntry): WireEntry {
  const { roomId: room, epoch, seq, _id: id, actorId, operationId, at, kind, previousRev } = entry
  const common = { room, epoch, seq, rev: entry.rev ?? seq, id, actorId, operationId, at, kind }
  if (kind === 'message') return { ...common, message: contentOf(entry) }
  const change = changeOf(entry)
  return { ...common, ...(change === null ? {} : { change }), ...(previousRev === undefined ? {} : { previousRev }) }
}

/** A message as later entries have made it. */
export function contentOf(entry: StoredEntry): MessageContent {
  const { actorId, operationId, at, replyTo, attachments = [], fileStates = {}, edits = [], deleted, reactions = [], moderation } = entry
  const { senderId = actorId, deviceId = '', clientMessageId = operationId, clientSeq = 0, type = 'text', body = null, clientCreatedAt = at } = entry
  const lastEdit = edits.at(-1)
  return {
    senderId,
    deviceId,
    clientMessageId,
    clientSeq,
    type,
    ...(attachments.length === 0 ? {} : { attachments: attachments.map((file) => ({ ...file, state: fileStates[file.uploadId] ?? file.state })) }),
    body,
    clientCreatedAt,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(lastEdit === undefined ? {} : { editedAt: lastEdit.at, edits: edits.length }),
    ...(deleted === undefined ? {} : { deleted: { at: deleted.at, by: deleted.by, kind: deleted.kind } }),
    ...(reactions.length === 0 ? {} : { reactions: usersByEmoji(reactions) }),
    ...(moderation === undefined || moderation.state === 'visible' ? {} : { moderation: moderation.state }),
  }
}

function usersByEmoji(reactions: readonly StoredReaction[]): Record<string, string[]> {
  const users = new Map<string, string[]>()
  for (const { emoji, userId } of reactions) users.set(emoji, [...(users.get(emoji) ?? []), userId])
  // Not built by assignment: an emoji may be any string, `__proto__` too.
  return Object.fromEntries(users)
}

function changeOf({ kind, messageId = '', actorId, payload }: StoredEntry): EntryChange | null {
  const { body = null, by = 'author', emoji = '', action = 'hold', userId = actorId, role = 'member', banned = true, muted = true, until = null } = payload
  const reason = payload.reason === undefined ? {} : { reason: payload.reason }
  if (kind === 'edit') return { kind, messageId, body }
  if (kind === 'delete') return { kind, messageId, by }
  if (kind === 'react' || kind === 'unreact') return { kind, messageId, emoji }
  if (kind === 'moderate') return { kind, messageId, action }
  if (kind === 'role') return { kind, userId, role }
  if (kind === 'leave') return { kind, userId, ...reason }
  if (kind === 'ban') return { kind, userId, banned, until, ...reason }
  if (kind === 'mute') return { kind, userId, muted, until, ...reason }
  if (kind === 'upload-state') return { kind, messageId, uploadId: payload.uploadId ?? '', state: payload.state ?? 'error' }
  if (kind === 'purged') return { kind, throughSeq: payload.throughSeq ?? 0, archived: payload.archived ?? false }
  return null
}

/** Whether a stored entry is what this intent asks for: an operationId may be used again only for the same thing. */
export function isSameOperation(entry: StoredEntry, roomId: string, intent: Intent): boolean {
  if (entry.roomId !== roomId || entry.kind !== intent.kind || entry.messageId !== intent.messageId) return false
  if (intent.message !== undefined) return isSameMessage(entry, intent.message, intent.uploadIds)
  const { body, ...asked } = intent.payload ?? { userId: intent.actorId }
  if (typeof body === 'string' && entry.bodyHash !== hashOf(body)) return false
  // `by` follows from the role at that time, so it is no part of what was asked.
  const names = (['emoji', 'action', 'userId', 'role', 'banned', 'muted', 'until', 'uploadId', 'state', 'throughSeq', 'archived'] as const).filter(
    (name) => name in asked,
  )
  return names.every((name) => entry.payload[name] === asked[name])
}

function isSameMessage(entry: StoredEntry, asked: MessageContent & { body: string }, askedIds: readonly string[] = []): boolean {
  const { bodyHash, replyTo, uploadIds = [] } = entry
  const hasSameFiles = askedIds.length === uploadIds.length && askedIds.every((id, index) => id === uploadIds[index])
  return bodyHash === hashOf(asked.body) && replyTo === asked.replyTo && hasSameFiles
}
