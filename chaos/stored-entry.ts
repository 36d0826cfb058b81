/** A document of the room log as the audit reads it, and what the history calls it. */
import { messagesPerClient } from '../reports/history/kinds.ts'
import { recordHash } from '../reports/history/record-hash.ts'
import { parseBody } from '../scenarios/message-body.ts'
import type { ChangingEntry, RowWriter } from './audit-changes.ts'

export interface StoredEntry extends ChangingEntry {
  _id: string
  roomId: string
  epoch: string
  rev?: number
  acceptedBy: string
  clientMessageId?: string
  /** As the record has it; the actor of the entry is the same. */
  senderId?: string
  payload?: ChangingEntry['payload'] & { userId?: string; banned?: boolean; muted?: boolean; until?: number | null; role?: 'member' | 'moderator' | 'owner' }
  body?: string | null
  edits?: readonly unknown[]
  deleted?: { kind: string }
  reactions?: readonly { emoji: string; userId: string }[]
  moderation?: { state: string }
}

export function storedHash({ body = null, edits = [], deleted, reactions = [], moderation }: StoredEntry): number {
  const users: [string, string[]][] = []
  for (const { emoji, userId } of reactions) {
    const known = users.find(([name]) => name === emoji)
    if (known) known[1].push(userId)
    else users.push([emoji, [userId]])
  }
  return recordHash({
    body,
    edits: edits.length,
    ...(deleted === undefined ? {} : { deleted }),
    // Not built by assignment: an emoji may be any string.
    reactions: Object.fromEntries(users),
    ...(moderation === undefined || moderation.state === 'visible' ? {} : { moderation: moderation.state }),
  })
}

/** By the identity in the body; a stub by its clientMessageId, which whoever opens the history knows again. */
export function messageId(writer: RowWriter, body: string | null, fallback: string): number {
  const identity = body === null ? null : parseBody(body)
  return identity ? identity.client * messagesPerClient + identity.counter : -writer.name(fallback) - 2
}

/** Of a stored message: by its first content. */
export function messageIdOf(writer: RowWriter, { payload, body, clientMessageId, _id }: StoredEntry): number {
  return messageId(writer, payload?.body ?? body ?? null, clientMessageId ?? _id)
}
