/** `audit_log`: one document, never changed, for each exclusion, change of role, moderation, deletion by others, purge and change of retention. */
import { excludedBy } from './folds.ts'
import { wireOf } from './entries.ts'
import type { StoredEntry } from './entries.ts'

export type AuditAction = 'kick' | 'ban' | 'unban' | 'mute' | 'unmute' | 'role' | 'hold' | 'release' | 'remove' | 'delete' | 'purge' | 'close' | 'retention'
export interface AuditRecord {
  /** Id of the entry that did it, where there is one: so it is written once, whoever folds. */
  _id: string
  roomId: string
  epoch: string
  /** Seq of that entry; null for what is no entry. */
  seq: number | null
  /** Milliseconds since the Unix epoch by the clock of the node that accepted it. */
  at: number
  actorId: string
  action: AuditAction
  userId?: string
  messageId?: string
  /** The operation's own fields: reason, role, until, policy. */
  detail: Record<string, unknown>
}

/** Null: the entry is nobody's business but its author's. */
export function auditOf(entry: StoredEntry): AuditRecord | null {
  const action = actionOf(entry)
  if (action === null) return null
  const { _id, roomId, epoch, seq, at, actorId, messageId, payload } = entry
  const { userId, body: _body, ...detail } = payload
  return {
    _id,
    roomId,
    epoch,
    seq,
    at,
    actorId,
    action,
    ...(userId === undefined ? {} : { userId }),
    ...(messageId === undefined ? {} : { messageId }),
    detail,
  }
}

function actionOf(entry: StoredEntry): AuditAction | null {
  const { kind, payload } = entry
  if (kind === 'leave') return excludedBy(wireOf(entry)) === null ? null : 'kick'
  if (kind === 'ban') return payload.banned ? 'ban' : 'unban'
  if (kind === 'mute') return payload.muted ? 'mute' : 'unmute'
  if (kind === 'role') return 'role'
  if (kind === 'moderate') return payload.action ?? null
  if (kind === 'delete') return payload.by === 'author' ? null : 'delete'
  if (kind === 'purged') return 'purge'
  return kind === 'closed' ? 'close' : null
}
