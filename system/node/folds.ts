/** Membership of a room as a fold of its log. Folding an entry again changes nothing, so a fold may start below what it already holds. */
import type { MemberInterval, Role, WireEntry } from '../protocol.ts'

/** Milliseconds since the Unix epoch; null: without end. */
export interface Sanction {
  until: number | null
}
export interface Member {
  role: Role
  intervals: { joinedSeq: number; leftSeq: number | null }[]
  /** Seq of the last entry folded into this member. */
  foldedSeq: number
  ban?: Sanction | null
  mute?: Sanction | null
}
export type Membership = Map<string, Member>
type Foldable = Pick<WireEntry, 'kind' | 'actorId' | 'seq' | 'change'>

/** Folds one entry in place; gives the user whom it changed, or null. The first member of a room owns it. A ban ends the stay of a member. */
export function foldMembership(membership: Membership, entry: Foldable): string | null {
  const { kind, seq, change } = entry
  const isAbout = kind === 'join' || kind === 'leave' || kind === 'role' || kind === 'ban' || kind === 'mute'
  if (!isAbout) return null
  const userId = change !== undefined && 'userId' in change ? change.userId : entry.actorId
  const member = membership.get(userId)
  if (member !== undefined && member.foldedSeq >= seq) return null
  const isStaying = member !== undefined && member.intervals.at(-1)?.leftSeq === null
  if (kind === 'join') {
    if (isStaying) return null
    const role = member?.role ?? (hasEarlierMember(membership, seq) ? 'member' : 'owner')
    membership.set(userId, { ...member, role, intervals: [...(member?.intervals ?? []), { joinedSeq: seq, leftSeq: null }], foldedSeq: seq })
    return userId
  }
  if (kind === 'leave' && !isStaying) return null
  const { ban, mute, ...rest } = member ?? { role: 'member' as const, intervals: [], foldedSeq: 0, ban: undefined, mute: undefined }
  const isExcluded = (change?.kind === 'ban' && change.banned) || (kind === 'leave' && entry.actorId !== userId)
  membership.set(userId, {
    role: isExcluded ? 'member' : change?.kind === 'role' ? change.role : rest.role,
    intervals: isExcluded || kind === 'leave' ? rest.intervals.map((stay) => (stay.leftSeq === null ? { ...stay, leftSeq: seq } : stay)) : rest.intervals,
    foldedSeq: seq,
    ban: change?.kind === 'ban' ? (change.banned ? { until: change.until } : null) : (ban ?? null),
    mute: change?.kind === 'mute' ? (change.muted ? { until: change.until } : null) : (mute ?? null),
  })
  return userId
}

function hasEarlierMember(membership: Membership, seq: number): boolean {
  return [...membership.values()].some((member) => (member.intervals[0]?.joinedSeq ?? seq) < seq)
}

/** Whether the entry puts somebody out: a kick or a ban. Gives the user, else null. */
export function excludedBy({ kind, actorId, change }: Pick<WireEntry, 'kind' | 'actorId' | 'change'>): string | null {
  if (kind === 'leave' && change?.kind === 'leave' && change.userId !== actorId) return change.userId
  return change?.kind === 'ban' && change.banned ? change.userId : null
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
