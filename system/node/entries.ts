/** An entry of the room log: as asked for, as stored, and as it goes over the wire. */
import { createHash } from 'node:crypto'
import type { MessageContent, WireEntry } from '../protocol.ts'

export type EntryKind = WireEntry['kind']

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
  /** The first content; never changed, only blanked. */
  payload: Record<string, unknown>
  /** Milliseconds since the Unix epoch by the clock of `acceptedBy`. */
  at: number
  /** Name of the node that committed it. */
  acceptedBy: string
  attempt: number
  /** The rest is present when `kind` is `message`. */
  rev?: number
  senderId?: string
  deviceId?: string
  clientMessageId?: string
  clientSeq?: number
  bodyHash?: string
  type?: 'text'
  body?: string | null
  createdAt?: number
  clientCreatedAt?: number
}

/** What a caller wants appended; seq and place are decided by the room's queue. */
export interface Intent {
  id: string
  kind: EntryKind
  actorId: string
  operationId: string
  attempt: number
  message?: MessageContent & { body: string }
}

/** base64url SHA-256 of a message body. */
export function hashOf(body: string): string {
  return createHash('sha256').update(body).digest('base64url')
}

export function entryOf(intent: Intent, place: { roomId: string; epoch: string; seq: number }, acceptedBy: string, atMs: number): StoredEntry {
  const { id, kind, actorId, operationId, attempt, message } = intent
  const common = { _id: id, ...place, kind, actorId, operationId, at: atMs, acceptedBy, attempt }
  if (message === undefined) return { ...common, payload: { userId: actorId } }
  return { ...common, payload: { type: message.type, body: message.body }, rev: place.seq, ...message, bodyHash: hashOf(message.body), createdAt: atMs }
}

export function wireOf(entry: StoredEntry): WireEntry {
  const { roomId: room, epoch, seq, _id: id, actorId, operationId, at, kind } = entry
  const common = { room, epoch, seq, rev: entry.rev ?? seq, id, actorId, operationId, at, kind }
  if (kind !== 'message') return common
  const { senderId = actorId, deviceId = '', clientMessageId = operationId, clientSeq = 0, body = null, clientCreatedAt = at } = entry
  return { ...common, message: { senderId, deviceId, clientMessageId, clientSeq, type: 'text', body, clientCreatedAt } }
}

/** Whether a stored entry is what this intent asks for: an operationId may be used again only for the same thing. */
export function isSameOperation(entry: StoredEntry, roomId: string, intent: Intent): boolean {
  if (entry.roomId !== roomId || entry.kind !== intent.kind) return false
  return intent.message === undefined || entry.bodyHash === hashOf(intent.message.body)
}
