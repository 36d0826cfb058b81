import { expect, test } from 'vitest'
import { entryBits } from '../reports/history/codes.ts'
import { bitsOf, isSameLog, readerOf } from './audit.ts'

let seq = 0
const entry = (kind: string, actorId: string, payload: { userId?: string; banned?: boolean } = {}): Parameters<typeof readerOf>[0][number] => ({
  kind,
  actorId,
  seq: ++seq,
  payload: { userId: actorId, ...payload },
})

test('the reader is whoever joined first of those who are members at the end', () => {
  seq = 0
  const log = [entry('join', 'alice'), entry('join', 'bob'), entry('join', 'carol'), entry('message', 'alice', {})]
  expect(readerOf(log)).toEqual({ user: 'alice', joinedSeq: 1 })
  const later = [...log, entry('leave', 'alice'), entry('ban', 'alice', { userId: 'bob' }), entry('ban', 'alice', { userId: 'carol', banned: false })]
  expect(readerOf(later)).toEqual({ user: 'carol', joinedSeq: 3 })
})

test('who was kicked and joined again reads from the new join on; a second join of a member changes nothing', () => {
  seq = 0
  const log = [entry('join', 'alice'), entry('join', 'bob'), entry('join', 'bob'), entry('leave', 'bob', { userId: 'alice' }), entry('join', 'alice')]
  expect(readerOf(log)).toEqual({ user: 'bob', joinedSeq: 2 })
  expect(readerOf([...log, entry('leave', 'bob')])).toEqual({ user: 'alice', joinedSeq: 5 })
})

test('a room that everybody left has no reader', () => {
  seq = 0
  expect(readerOf([entry('join', 'alice'), entry('leave', 'alice')])).toBeNull()
  expect(readerOf([])).toBeNull()
})

test('a room stood still when nothing was added, changed or purged between two reads of its log', () => {
  const message = (at: number, change: { body?: string | null; rev?: number } = {}): Parameters<typeof isSameLog>[0][number] => ({
    _id: `m${at}`,
    roomId: 'room-1',
    epoch: 'e',
    kind: 'message',
    actorId: 'alice',
    seq: at,
    acceptedBy: 'node-1',
    body: 'hello',
    ...change,
  })
  const log = [message(1), message(2)]
  expect(isSameLog(log, [message(1), message(2)])).toBe(true)
  expect(isSameLog(log, [...log, message(3)])).toBe(false)
  expect(isSameLog(log, [message(1), message(2, { rev: 3 })])).toBe(false)
  expect(isSameLog(log, [message(1, { body: null }), message(2)])).toBe(false)
})

test('an entry about a member tells whether it is taken back, whether it ends by itself, and which role is given', () => {
  const { lifted, limited, moderator } = entryBits
  expect(bitsOf({ kind: 'mute', payload: { muted: true, until: null } })).toBe(0)
  expect(bitsOf({ kind: 'mute', payload: { muted: false, until: null } })).toBe(lifted)
  expect(bitsOf({ kind: 'ban', payload: { banned: true, until: 5 } })).toBe(limited)
  expect(bitsOf({ kind: 'role', payload: { role: 'moderator' } })).toBe(moderator)
  expect(bitsOf({ kind: 'leave', payload: { userId: 'bob' } })).toBe(0)
})
