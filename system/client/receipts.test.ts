import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WireEntry } from '../protocol.ts'
import { createOwnMessages } from './own-messages.ts'
import { createReceipts } from './receipts.ts'

const cursor = (userId: string, deliveredSeq: number, readSeq: number, deviceId = 'd') => ({ userId, deviceId, deliveredSeq, readSeq })
const stay = (userId: string, joinedSeq: number, leftSeq: number | null = null) => ({ userId, joinedSeq, leftSeq })
const membershipEntry = (kind: 'join' | 'leave', actorId: string, seq: number): WireEntry => ({
  room: 'r',
  epoch: 'e',
  seq,
  rev: seq,
  id: '',
  actorId,
  operationId: '',
  at: 0,
  kind,
})

describe('receipts', () => {
  it('wait for the slowest other member and never for the own user', () => {
    const receipts = createReceipts('me')
    receipts.replaceMembers([stay('me', 1), stay('ann', 2), stay('bob', 3)], 10)
    expect(receipts.reach(cursor('me', 9, 9))).toBe(false)
    receipts.reach(cursor('ann', 9, 8))
    receipts.reach(cursor('bob', 7, 6))
    expect(receipts.through(10)).toEqual({ first: 2, delivered: 7, read: 6 })
  })

  it('take the furthest of the devices of a user and never fall', () => {
    const receipts = createReceipts('me')
    receipts.replaceMembers([stay('ann', 1)], 10)
    receipts.reach(cursor('ann', 5, 2))
    expect(receipts.reach(cursor('ann', 4, 4, 'other'))).toBe(true)
    expect(receipts.reach(cursor('ann', 3, 3))).toBe(false)
    expect(receipts.reached('ann')).toEqual({ deliveredSeq: 5, readSeq: 4 })
  })

  it('count a member only for messages after its join, and no longer once it has left', () => {
    const receipts = createReceipts('me')
    receipts.replaceMembers([stay('ann', 1)], 5)
    receipts.reach(cursor('ann', 20, 20))
    receipts.follow(membershipEntry('join', 'bob', 8))
    expect(receipts.through(10).delivered).toBe(7)
    receipts.follow(membershipEntry('leave', 'bob', 9))
    expect(receipts.through(10).delivered).toBe(10)
    receipts.replaceMembers([stay('ann', 1), stay('bob', 8)], 8)
    expect(receipts.through(10).delivered).toBe(10)
  })

  it('are judged no further than the view has applied', () => {
    const receipts = createReceipts('me')
    receipts.replaceMembers([stay('ann', 1)], 5)
    receipts.reach(cursor('ann', 20, 20))
    expect(receipts.through(12)).toEqual({ first: 1, delivered: 12, read: 12 })
  })

  it('agree with the definition: every other member at that seq has come so far', () => {
    const members = fc.uniqueArray(
      fc.record({ userId: fc.constantFrom('a', 'b', 'c', 'd'), joinedSeq: fc.integer({ min: 1, max: 12 }), deliveredSeq: fc.integer({ min: 0, max: 12 }) }),
      { selector: ({ userId }) => userId },
    )
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 12 }), (list, seq) => {
        const receipts = createReceipts('me')
        receipts.replaceMembers(
          list.map(({ userId, joinedSeq }) => stay(userId, joinedSeq)),
          12,
        )
        for (const { userId, deliveredSeq } of list) receipts.reach(cursor(userId, deliveredSeq, 0))
        const through = receipts.through(12)
        const others = list.filter(({ joinedSeq }) => joinedSeq <= seq)
        expect(seq >= through.first && seq <= through.delivered).toBe(others.length > 0 && others.every(({ deliveredSeq }) => deliveredSeq >= seq))
      }),
    )
  })
})

describe('own messages', () => {
  it('go from sent over delivered to read, each told once, and stay sent where nobody else was', () => {
    const told: string[] = []
    const own = createOwnMessages({ status: (id, status) => void told.push(`${id} ${status}`) })
    own.add('r', 'alone', 'm1', 1)
    own.add('r', 'seen', 'm3', 3)
    own.advance('r', { first: 2, delivered: 3, read: 2 })
    own.advance('r', { first: 2, delivered: 3, read: 3 })
    own.advance('r', { first: 2, delivered: 9, read: 9 })
    expect(told).toEqual(['seen delivered', 'seen read'])
  })
})
