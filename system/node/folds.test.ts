import { describe, expect, test } from 'vitest'
import { currentJoin, excludedBy, foldMembership, intervalsOf, mayRead } from './folds.ts'
import type { Membership } from './folds.ts'

function folded(...entries: [kind: 'join' | 'leave', actorId: string, seq: number][]): Membership {
  const membership: Membership = new Map()
  for (const [kind, actorId, seq] of entries) foldMembership(membership, { kind, actorId, seq })
  return membership
}

describe('membership as a fold of the log', () => {
  test('the first member owns the room', () => {
    const membership = folded(['join', 'ann', 1], ['join', 'bob', 2])
    expect([...membership.values()].map((member) => member.role)).toEqual(['owner', 'member'])
  })
  test('a leave closes the stay and a later join opens another one', () => {
    const membership = folded(['join', 'ann', 1], ['leave', 'ann', 4], ['join', 'ann', 9])
    expect(intervalsOf(membership)).toEqual([
      { userId: 'ann', joinedSeq: 1, leftSeq: 4 },
      { userId: 'ann', joinedSeq: 9, leftSeq: null },
    ])
    expect(currentJoin(membership, 'ann')).toBe(9)
    expect([1, 4, 5, 8, 9, 100].map((seq) => mayRead(membership, 'ann', seq))).toEqual([true, true, false, false, true, true])
  })
  test('folding entries again changes nothing', () => {
    const membership = folded(['join', 'ann', 1], ['leave', 'ann', 4], ['join', 'ann', 9])
    const before = structuredClone(membership)
    expect([
      foldMembership(membership, { kind: 'join', actorId: 'ann', seq: 1 }),
      foldMembership(membership, { kind: 'leave', actorId: 'ann', seq: 4 }),
    ]).toEqual([null, null])
    expect(membership).toEqual(before)
  })
  test('a stranger is no member and reads nothing', () => {
    expect(currentJoin(folded(['join', 'ann', 1]), 'eve')).toBeNull()
    expect(mayRead(folded(['join', 'ann', 1]), 'eve', 1)).toBe(false)
  })
  test('a kick and a ban end the stay and take the role; a ban of a stranger is remembered', () => {
    const membership = folded(['join', 'ann', 1], ['join', 'bob', 2], ['join', 'carl', 3])
    foldMembership(membership, { kind: 'role', actorId: 'ann', seq: 4, change: { kind: 'role', userId: 'bob', role: 'moderator' } })
    expect(membership.get('bob')?.role).toBe('moderator')
    const kick = { kind: 'leave', actorId: 'ann', seq: 5, change: { kind: 'leave', userId: 'bob' } } as const
    const ban = { kind: 'ban', actorId: 'ann', seq: 6, change: { kind: 'ban', userId: 'carl', banned: true, until: null } } as const
    expect([kick, ban].map((entry) => [foldMembership(membership, entry), excludedBy(entry)])).toEqual([
      ['bob', 'bob'],
      ['carl', 'carl'],
    ])
    foldMembership(membership, { ...ban, seq: 7, change: { ...ban.change, userId: 'eve' } })
    expect(intervalsOf(membership).map(({ userId, leftSeq }) => [userId, leftSeq])).toEqual([
      ['ann', null],
      ['bob', 5],
      ['carl', 6],
    ])
    expect(['bob', 'carl', 'eve'].map((user) => [membership.get(user)?.role, membership.get(user)?.ban ?? null])).toEqual([
      ['member', null],
      ['member', { until: null }],
      ['member', { until: null }],
    ])
  })
  test('the first to join owns the room, in whatever order its members were saved', () => {
    const membership: Membership = new Map([['bob', { role: 'member', intervals: [{ joinedSeq: 2, leftSeq: null }], foldedSeq: 2 }]])
    foldMembership(membership, { kind: 'join', actorId: 'ann', seq: 1 })
    expect(membership.get('ann')?.role).toBe('owner')
  })
})
