/** What a client's cursor in a room needs: a replay, or a reset because a replay would not be whole. */
import { replayLimit } from '../protocol.ts'
import type { ResetReason } from '../protocol.ts'

export interface RoomPosition {
  epoch: string
  head: number
  /** Seq of the caller's current join. */
  joinedSeq: number
  /** Whether the caller was a member before that join. */
  wasMember: boolean
}
export type SyncPlan = { kind: 'replay'; after: number } | { kind: 'reset'; reason: ResetReason }

/** `appliedSeq` 0 with a join at 1 is an ordinary beginning: the client has applied everything before its join. */
export function planSync(cursor: { epoch: string; appliedSeq: number }, room: RoomPosition): SyncPlan {
  if (cursor.epoch !== room.epoch) return { kind: 'reset', reason: 'epoch_changed' }
  if (cursor.appliedSeq > room.head) return { kind: 'reset', reason: 'unknown_cursor' }
  if (cursor.appliedSeq < room.joinedSeq - 1) return { kind: 'reset', reason: room.wasMember ? 'rejoined' : 'unknown_cursor' }
  if (room.head - cursor.appliedSeq > replayLimit) return { kind: 'reset', reason: 'gap_over_limit' }
  return { kind: 'replay', after: cursor.appliedSeq }
}
