/**
 * How far the others of a room have come. An own message at seq s is delivered (read) once every other user who was a member at s
 * and hasn't left has a cursor at s or beyond. Pure.
 *
 * A member m who joined at j and has a cursor at d holds back every s >= max(j, d + 1). So everything below the least of these bounds is done:
 * one pass over the members serves all messages of the room.
 */
import type { CursorState, MemberInterval, WireEntry } from '../protocol.ts'

interface Reached {
  deliveredSeq: number
  readSeq: number
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
  /** True when this cursor takes its user further; cursors of the own user never do. */
  reach(cursor: CursorState): boolean
  reached(user: string): Reached
  /** `applied`: members are known for sure up to there only. */
  through(applied: number): Through
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
      if (entry.actorId === ownUser) return
      if (entry.kind === 'join' && !members.has(entry.actorId)) members.set(entry.actorId, entry.seq)
      if (entry.kind !== 'leave') return
      left.set(entry.actorId, entry.seq)
      // Subtle: the list that came with a sync may already tell of a later stay than this old leave.
      if ((members.get(entry.actorId) ?? Infinity) < entry.seq) members.delete(entry.actorId)
    },
    reach(cursor) {
      if (cursor.userId === ownUser) return false
      const before = cursors.get(cursor.userId) ?? { deliveredSeq: 0, readSeq: 0 }
      if (cursor.deliveredSeq <= before.deliveredSeq && cursor.readSeq <= before.readSeq) return false
      // Of a user's devices the furthest counts.
      cursors.set(cursor.userId, { deliveredSeq: Math.max(before.deliveredSeq, cursor.deliveredSeq), readSeq: Math.max(before.readSeq, cursor.readSeq) })
      return true
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
  }
}
