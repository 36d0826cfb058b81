/** Rows of what stored entries bring, in full: with them the checks fold the log themselves, by a fold that is not the node's. */
import { kinds } from '../reports/history/kinds.ts'
import { bodyHash } from '../reports/history/record-hash.ts'
import type { HistoryWriter } from '../reports/history/writer.ts'

export type RowWriter = Pick<HistoryWriter, 'row' | 'name'>

export interface ChangingEntry {
  seq: number
  kind: string
  actorId: string
  messageId?: string
  payload?: {
    body?: string | null
    emoji?: string
    by?: string
    action?: string
    afterSeq?: number
    throughSeq?: number
    archived?: boolean
  }
}

/** Where the row goes: `room` is a name id, `message` the id of what is changed. */
export interface ChangePlace {
  writer: RowWriter
  atNs: number
  room: number
  message: number
}

/** Nothing for an entry that changes no message. */
export function recordChange({ writer, atNs, room, message }: ChangePlace, { kind, seq, actorId, messageId, payload = {} }: ChangingEntry): void {
  const { body, emoji, by, action, afterSeq = 0, throughSeq = 0, archived = false } = payload
  if (kind === 'purged') {
    writer.row(atNs, -1, -1, room, kinds.storedPurge.code, archived ? 1 : 0, -1, seq, afterSeq, throughSeq)
    return
  }
  if (messageId === undefined) return
  const how = emoji ?? action ?? (kind === 'delete' ? (by ?? 'author') : undefined)
  const brings = typeof body === 'string' ? bodyHash(body) : -1
  const blanked = body === null ? 1 : 0
  writer.row(atNs, -1, writer.name(actorId), room, kinds.storedChange.code, blanked, message, seq, how === undefined ? -1 : writer.name(how), brings)
}
