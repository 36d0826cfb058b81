/**
 * How far the others of a room have come. An own message at seq s is delivered (read) once every other user who was a member at s
 * and hasn't left has a cursor at s or beyond. Pure.
 *
 * A member m who joined at j and has a cursor at d holds back every s >= max(j, d + 1). So everything below the least of these bounds is done:
 * one pass over the members serves all messages of the room.
 */
import type { CursorState, MemberInterval, WireEntry } from '../protocol.ts'
import type { Reached } from './cursor.ts'

/** The user whose stay an entry ends, or null. */
export function leaverOf({ kind, actorId, change }: WireEntry): string | null {
  if (kind === 'leave') return change?.kind === 'leave' ? change.userId : actorId
  return change?.kind === 'ban' && change.banned ? change.userId : null
}

/** Seqs in `first <= s <= delivered` are delivered, those in `first <= s <= read` are read; below `first` nobody else was there, and they stay sent. */
export interface Through {
  first: number
  delivered: number
  read: number
}

export interface Receipts {
  /** Members as they are at `head`; what was followed beyond it stays. */
  replaceMembers(intervals: readonly MemberInterval[], head: number): void
  /** Follows joins and leaves as the view applies them. */
  follow(entry: WireEntry): void
  /** True when this cursor takes another user further. */
  reach(cursor: CursorState): boolean
  reached(user: string): Reached
  /** `applied`: members are known for sure up to there only. */
  through(applied: number): Through
  /** Of the others who were members at this seq and haven't left: how many there are, and how many have come so far. */
  countAt(seq: number): { of: number; deliveredTo: number; readBy: number }
}

export function createReceipts(ownUser: string): Receipts {
  /** Other users who are members now, with the seq of their join. */
  const members = new Map<string, number>()
  /** The last leave that was followed, per user. */
  const left = new Map<string, number>()
  const cursors = new Map<string, Reached>()

  return {
    replaceMembers(intervals, head) {
      for (const [user, joinedSeq] of members) if (joinedSeq <= head) members.delete(user)
      for (const { userId, joinedSeq, leftSeq } of intervals) {
        if (leftSeq === null && userId !== ownUser && joinedSeq > (left.get(userId) ?? -1)) members.set(userId, joinedSeq)
      }
    },
    follow(entry) {
      if (entry.kind === 'join' && entry.actorId !== ownUser && !members.has(entry.actorId)) members.set(entry.actorId, entry.seq)
      const leaver = leaverOf(entry)
      if (leaver === null || leaver === ownUser) return
      left.set(leaver, entry.seq)
      // Subtle: the list that came with a sync may already tell of a later stay than this old leave.
      if ((members.get(leaver) ?? Infinity) < entry.seq) members.delete(leaver)
    },
    reach(cursor) {
      const before = cursors.get(cursor.userId) ?? { deliveredSeq: 0, readSeq: 0 }
      if (cursor.deliveredSeq <= before.deliveredSeq && cursor.readSeq <= before.readSeq) return false
      // Of a user's devices the furthest counts.
      cursors.set(cursor.userId, { deliveredSeq: Math.max(before.deliveredSeq, cursor.deliveredSeq), readSeq: Math.max(before.readSeq, cursor.readSeq) })
      return cursor.userId !== ownUser
    },
    reached: (user) => cursors.get(user) ?? { deliveredSeq: 0, readSeq: 0 },
    through(applied) {
      let first = Infinity
      let delivered = applied
      let read = applied
      for (const [user, joinedSeq] of members) {
        const cursor = cursors.get(user)
        first = Math.min(first, joinedSeq)
        delivered = Math.min(delivered, Math.max(joinedSeq, (cursor?.deliveredSeq ?? 0) + 1) - 1)
        read = Math.min(read, Math.max(joinedSeq, (cursor?.readSeq ?? 0) + 1) - 1)
      }
      return { first, delivered, read }
    },
    countAt(seq) {
      const count = { of: 0, deliveredTo: 0, readBy: 0 }
      for (const [user, joinedSeq] of members) {
        if (joinedSeq > seq) continue
        const cursor = cursors.get(user)
        count.of += 1
        if ((cursor?.deliveredSeq ?? 0) >= seq) count.deliveredTo += 1
        if ((cursor?.readSeq ?? 0) >= seq) count.readBy += 1
      }
      return count
    },
  }
}
