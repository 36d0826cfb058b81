/** Membership of a room as a fold of its log. Folding an entry again changes nothing, so a fold may start below what it already holds. */
import type { MemberInterval, WireEntry } from '../protocol.ts'

export type Role = 'owner' | 'member'
export interface Member {
  role: Role
  intervals: { joinedSeq: number; leftSeq: number | null }[]
}
export type Membership = Map<string, Member>

/** Folds a join or leave in place; gives whether it changed anything. The first member of a room owns it. */
export function foldMembership(membership: Membership, entry: Pick<WireEntry, 'kind' | 'actorId' | 'seq'>): boolean {
  const member = membership.get(entry.actorId)
  const last = member?.intervals.at(-1)
  if (entry.kind === 'join') {
    if (last !== undefined && (last.leftSeq === null || last.leftSeq > entry.seq || last.joinedSeq >= entry.seq)) return false
    const interval = { joinedSeq: entry.seq, leftSeq: null }
    if (member === undefined) membership.set(entry.actorId, { role: membership.size === 0 ? 'owner' : 'member', intervals: [interval] })
    else member.intervals.push(interval)
    return true
  }
  if (entry.kind === 'leave' && last !== undefined && last.leftSeq === null && last.joinedSeq < entry.seq) {
    last.leftSeq = entry.seq
    return true
  }
  return false
}

/** Seq of the join of a user who is a member now; null for everybody else. */
export function currentJoin(membership: Membership, user: string): number | null {
  const last = membership.get(user)?.intervals.at(-1)
  return last !== undefined && last.leftSeq === null ? last.joinedSeq : null
}

/** Whether a seq lies inside one of the user's stays. */
export function mayRead(membership: Membership, user: string, seq: number): boolean {
  const intervals = membership.get(user)?.intervals ?? []
  return intervals.some((interval) => interval.joinedSeq <= seq && (interval.leftSeq === null || seq <= interval.leftSeq))
}

export function intervalsOf(membership: Membership): MemberInterval[] {
  return [...membership].flatMap(([userId, member]) => member.intervals.map((interval) => ({ userId, ...interval })))
}
