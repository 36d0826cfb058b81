import { afterEach, beforeEach, expect, test } from 'vitest'
import { askEnds, asks } from '../../reports/history/codes.ts'
import { messagesPerClient } from '../../reports/history/kinds.ts'
import { parseBody } from '../message-body.ts'
import { actingUser, type ActingUser, type AnsweringDriver } from './acting-user.fixture.ts'
import { acts } from './acts.ts'
import type { VirtualUser } from './virtual-user.ts'

let acting: ActingUser
let driver: AnsweringDriver
let user: VirtualUser

beforeEach(async () => {
  acting = await actingUser()
  ;({ driver, user } = acting)
  driver.shown = ['user-4', 'user-9'].map((senderId, index) => ({
    room: 'room-1',
    id: `of-${senderId}`,
    seq: 5 + index,
    rev: 7,
    senderId,
    record: { body: `sd1 ${senderId === 'user-4' ? 3 : 8} 2 room-1 0 x` },
  }))
})
afterEach(() => acting[Symbol.asyncDispose]())

test('who was put out tries to write, read, react and type there; who is in all of its rooms has nowhere to trespass', async () => {
  expect(await acts.trespass(user, {})).toBe(false)
  user.recorder.left('room-1', 9, 'user-1', true)
  for (let turn = 0; turn < 60; turn++) await acts.trespass(user, { for: '1ms' })
  expect(new Set(driver.calls.map(([name]) => name))).toEqual(new Set(['page', 'search', 'react', 'typing']))
  expect(driver.sent.length).toBeGreaterThan(15)
})

test('a member tries what only authors and moderators may; a moderator leaves it out', async () => {
  for (let turn = 0; turn < 80; turn++) await acts.overreach(user, { for: '1ms' })
  expect(new Set(driver.calls.map(([name]) => name))).toEqual(new Set(['edit', 'delete', 'hold', 'kick', 'mute', 'ban', 'appoint']))
  const edit = driver.calls.find(([name]) => name === 'edit')
  expect(edit?.[1]).toBe('of-user-9')
  expect(parseBody(String(edit?.[2]))).toMatchObject({ client: 8, counter: 2, room: 'room-1', intact: true })
  expect(acting.rowsOf('changeInvoked').rows.find(({ message }) => message !== -1)?.message).toBe(8 * messagesPerClient + 2)
  driver.role = 'moderator'
  expect(await acts.overreach(user, {})).toBe(false)
})

test('a join again is recorded as one, once at a time; a refusal leaves it where it was', async () => {
  user.recorder.left('room-1', 9, 'user-1', true)
  const [first, second] = await Promise.all([acts.rejoin(user, {}), acts.rejoin(user, {})])
  expect([first, second]).toEqual([true, false])
  driver.refusesToJoin = true
  expect(await acts.rejoin(user, {})).toBe(true)
  const { rows } = acting.rowsOf('joinInvoked', 'askEnded')
  expect(rows.map(({ kind, value, layer }) => [kind, value, layer])).toEqual([
    ['joinInvoked', -1, 0],
    ['askEnded', asks.join, askEnds.ok],
    ['joinInvoked', -1, 0],
    ['askEnded', asks.join, askEnds.unknown],
  ])
})
