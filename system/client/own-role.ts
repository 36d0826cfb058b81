/** The own user's role in a room, as far as its log has told: who sees held messages whole. Pure. */
import type { MemberInterval, Role, WireEntry } from '../protocol.ts'

export interface OwnRole {
  /** The first member of a room owns it. */
  replaceMembers(intervals: readonly MemberInterval[]): void
  /** In any order: the entry with the highest seq decides. */
  follow(entry: WireEntry): void
  role(): Role
}

export function createOwnRole(ownUser: string): OwnRole {
  let role: Role = 'member'
  let decidedBy = 0
  return {
    replaceMembers(intervals) {
      if (decidedBy > 0 || intervals.length === 0) return
      const first = intervals.reduce((left, right) => (right.joinedSeq < left.joinedSeq ? right : left))
      role = first.userId === ownUser ? 'owner' : 'member'
    },
    follow({ seq, actorId, change }) {
      if (!change || !('userId' in change) || change.userId !== ownUser || seq <= decidedBy) return
      const isExcluded = (change.kind === 'leave' && actorId !== ownUser) || (change.kind === 'ban' && change.banned)
      if (change.kind !== 'role' && !isExcluded) return
      role = change.kind === 'role' ? change.role : 'member'
      decidedBy = seq
    },
    role: () => role,
  }
}
