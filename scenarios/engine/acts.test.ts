/** The acts of a virtual user over a real control socket and history file, with a driver that only answers. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { askEnds, asks, changeKinds, pageAsks } from '../../reports/history/codes.ts'
import { messagesPerClient } from '../../reports/history/kinds.ts'
import { bodyHash } from '../../reports/history/record-hash.ts'
import type { ActResult, ShownMessage } from '../driver.ts'
import { parseBody } from '../message-body.ts'
import { actingUser, type ActingUser, type AnsweringDriver } from './acting-user.fixture.ts'
import { acts } from './acts.ts'
import { chatSteps } from './chat-steps.ts'
import type { VirtualUser } from './virtual-user.ts'

let acting: ActingUser
let driver: AnsweringDriver
let user: VirtualUser

beforeEach(async () => {
  acting = await actingUser()
  ;({ driver, user } = acting)
})
afterEach(() => acting[Symbol.asyncDispose]())

const shownBy = (senderId: string, id: string): ShownMessage => ({ room: 'room-1', id, seq: 5, rev: 7, senderId, record: { body: 'sd1 8 2 room-1 0 x' } })

test('an edit is of the last own message that is acked, carries its identity, and is recorded when asked for and when done', async () => {
  expect(await acts.edit(user, {})).toBe(false)
  user.say('room-1', 1, 120)
  user.say('room-1', 2, 120)
  expect(await acts.edit(user, { what: 'own-last' })).toBe(true)
  expect(await acts.edit(user, { what: 'own-last' })).toBe(true)
  const bodies = driver.calls.map(([, id, body]) => ({ id, ...parseBody(String(body)) }))
  expect(bodies).toEqual([1, 2].map((edit) => ({ id: 'server-2', client: 3, counter: 1, room: 'room-1', edit, intact: true })))
  const { rows } = acting.rowsOf('changeInvoked', 'changeOk')
  const about = { message: 3 * messagesPerClient + 1, value: changeKinds.edit, layer: 0 }
  expect(rows).toMatchObject([
    { ...about, kind: 'changeInvoked', seq: 0, rev: bodyHash(String(driver.calls[0]?.[2])) },
    { ...about, kind: 'changeOk', seq: 0, rev: 9 },
    { ...about, kind: 'changeInvoked', seq: 1, rev: bodyHash(String(driver.calls[1]?.[2])) },
    { ...about, kind: 'changeOk', seq: 1, rev: 9 },
  ])
})

test('a deleted message is deleted once only; a refusal, a silence and an exception are recorded for what they are', async () => {
  user.say('room-1', 1, 120)
  driver.answers = {
    delete: async () => ({ kind: 'failed', code: 'forbidden' }),
    react: () => new Promise(() => undefined),
    kick: () => Promise.reject(new Error('broken')),
  }
  expect(await acts.delete(user, {})).toBe(true)
  expect(await acts.delete(user, {})).toBe(false)
  driver.shown = [shownBy('user-9', 'theirs')]
  await acts.react(user, { emoji: 'x', timeout: '20ms' })
  await acts.kick(user, {})
  expect(driver.calls.slice(1)).toEqual([
    ['react', 'theirs', 'x', false],
    ['kick', 'room-1', 'user-9'],
  ])
  const { rows, names } = acting.rowsOf('changeInvoked', 'changeFailed', 'changeUnknown')
  expect(rows.map((row) => [row.kind, row.value, row.kind === 'changeInvoked' ? row.rev : names[row.rev]])).toEqual([
    ['changeInvoked', changeKinds.delete, -1],
    ['changeFailed', changeKinds.delete, 'forbidden'],
    ['changeInvoked', changeKinds.react, bodyHash('x')],
    ['changeUnknown', changeKinds.react, 'no answer in time'],
    ['changeInvoked', changeKinds.kick, bodyHash('user-9')],
    ['changeUnknown', changeKinds.kick, 'Error: broken'],
  ])
  expect(rows[2]?.message).toBe(8 * messagesPerClient + 2)
})

test('a message may be edited right before it is deleted', async () => {
  user.say('room-1', 1, 120)
  expect(await acts.delete(user, { edited: true })).toBe(true)
  expect(driver.calls.map(([name, id]) => [name, id])).toEqual([
    ['edit', 'server-1'],
    ['delete', 'server-1'],
  ])
})

test('a reply is a message that names the one it answers', async () => {
  driver.shown = [shownBy('user-9', 'theirs')]
  await acts.reply(user, { what: 'last' })
  expect(driver.sent).toEqual([{ body: expect.stringMatching(/^sd1 3 0 room-1 /), replyTo: 'theirs' }])
  const { rows, names } = acting.rowsOf('invoked', 'repliesTo')
  expect(rows.map((row) => row.kind)).toEqual(['invoked', 'repliesTo'])
  expect(rows[1]).toMatchObject({ message: 3 * messagesPerClient, seq: 5 })
  expect(names[rows[1]?.value ?? -1]).toBe('theirs')
})

test('pages go backwards from the newest; each page, each answer to a search and each message in them is recorded', async () => {
  driver.shown = [shownBy('user-9', 'theirs'), { ...shownBy('user-9', 'gone'), record: { body: null, deleted: { at: 1, by: 'user-9', kind: 'author' } } }]
  await acts.page(user, { pages: 2, limit: 4 })
  await acts.search(user, { query: 'x' })
  expect(driver.calls).toEqual([
    ['page', 'room-1', {}, 4],
    ['page', 'room-1', { before: 5 }, 4],
    ['search', 'x', 'room-1', 20],
  ])
  const { rows } = acting.rowsOf('askInvoked', 'askEnded', 'pageRead', 'searchRead', 'readMessage')
  expect(rows.map((row) => row.kind).slice(0, 5)).toEqual(['askInvoked', 'askEnded', 'pageRead', 'readMessage', 'readMessage'])
  expect(rows[1]).toMatchObject({ value: asks.page, layer: askEnds.ok, rev: -1 })
  expect(rows[2]).toMatchObject({ seq: 4, rev: 8, value: 2, layer: 1 | pageAsks.newest })
  expect(rows.filter((row) => row.kind === 'pageRead')[1]?.layer).toBe(1 | pageAsks.continues)
  expect(rows[3]).toMatchObject({ message: 8 * messagesPerClient + 2, seq: 5, rev: 7, value: bodyHash('sd1 8 2 room-1 0 x'), layer: 2 })
  expect(rows[4]).toMatchObject({ message: -1, layer: 3 })
  expect(rows.at(-1)).toMatchObject({ kind: 'readMessage', layer: 5 })
})

test('who searches for what it has deleted asks for the words of a message whose deletion was acked', async () => {
  expect(await acts.search(user, { what: 'deleted' })).toBe(false)
  user.say('room-1', 1, 120)
  user.say('room-1', 2, 120)
  driver.answers = { delete: async () => ({ kind: 'failed', code: 'forbidden' }) }
  await acts.delete(user, {})
  expect(await acts.search(user, { what: 'deleted' })).toBe(false)
  driver.answers = {}
  await acts.delete(user, {})
  expect(await acts.search(user, { what: 'deleted' })).toBe(true)
  expect(driver.calls.at(-1)).toEqual(['search', 'sd1 3 0', 'room-1', 20])
})

test('at the end the newest messages of each view are recorded in the order in which they are shown', () => {
  driver.shown = [shownBy('user-9', 'theirs'), { ...shownBy('user-8', 'earlier'), seq: 3, rev: 4 }]
  const { rows } = acting.rowsOf('viewShown', 'viewMessage')
  expect(rows.map((row) => [row.kind, row.seq])).toEqual([
    ['viewShown', 2],
    ['viewMessage', 5],
    ['viewMessage', 3],
  ])
  expect(rows[1]).toMatchObject({ message: 8 * messagesPerClient + 2, rev: 7, value: bodyHash('sd1 8 2 room-1 0 x') })
})

test('of a room that it left no view is recorded at the end', () => {
  user.recorder.left('room-1', 21, 'user-3', false)
  expect(acting.rowsOf('viewShown').rows).toEqual([])
})

test('who has left a room neither talks nor acts there; a switch of device goes back and forth', async () => {
  await acts['switch-device'](user, {})
  await acts['switch-device'](user, {})
  await acts['go-offline'](user, { for: '2s' })
  await acts.leave(user, {})
  expect(driver.calls).toEqual([
    ['switchDevice', 'device-4b'],
    ['switchDevice', 'device-4'],
    ['goOffline', 2000],
    ['leave', 'room-1'],
  ])
  expect(await acts.leave(user, {})).toBe(false)
  driver.observer?.joined('room-1', 20, 'e')
  expect(await acts.leave(user, {})).toBe(true)
})

test('a client is replaced or offline once at a time, and is on the device that it went on with, however that ended', async () => {
  const reloaded = Promise.withResolvers<ActResult>()
  driver.answers = { reload: () => reloaded.promise, switchDevice: async () => ({ kind: 'unknown', why: 'not synced in time' }) }
  const reloading = acts.reload(user, {})
  expect(await acts['switch-device'](user, {})).toBe(false)
  reloaded.resolve({ kind: 'ok' })
  expect(await reloading).toBe(true)
  await acts['switch-device'](user, {})
  expect(user.token).toBe('t2')
  await acts['switch-device'](user, {})
  expect(driver.calls.slice(1)).toEqual([
    ['switchDevice', 'device-4b'],
    ['switchDevice', 'device-4'],
  ])
})

test('a step waits for something to act on, says so at its deadline, and says what the driver lacks', async () => {
  const editing = chatSteps.edit(user, { timeout: '2s' })
  user.say('room-1', 1, 120)
  await editing
  expect(driver.calls).toHaveLength(1)
  await expect(chatSteps.kick(user, { timeout: '80ms' })).rejects.toThrow('waited 80 ms for something for user-4 to kick')
  await expect(chatSteps.read(user, {})).rejects.toThrow("the driver can't do receipts")
})

test('a step of one who is in no room any more is left out', async () => {
  user.recorder.left('room-1', 7, 'user-1', true)
  await chatSteps.send(user, {})
  await chatSteps.edit(user, { timeout: '5s' })
  const { rows, names } = acting.rowsOf('actSkipped', 'intended', 'changeInvoked')
  expect(rows.map((row) => [row.kind, names[row.value]])).toEqual([
    ['actSkipped', 'send'],
    ['actSkipped', 'edit'],
  ])
})

test.each([
  ['gives up its script', true],
  ['leaves on purpose before the end', false],
])('nobody waits at the end for a client that %s', async (_what, gaveUp) => {
  await user.leave(gaveUp)
  expect(acting.rowsOf('expected').rows.map((row) => row.value)).toEqual([1, 0])
})

test('acts beside the talk count as pending until they end, and are left out beyond eight', async () => {
  const end = Promise.withResolvers<boolean>()
  for (let index = 0; index < 10; index++) user.beside('edit', () => end.promise)
  expect(user.pending()).toMatch(/^user-4: edit 1$/)
  end.resolve(true)
  await expect.poll(() => user.pending()).toBeNull()
  user.beside('react', async () => false)
  await expect.poll(() => user.pending()).toBeNull()
  const { rows, names } = acting.rowsOf('actSkipped')
  expect(rows.map((row) => names[row.value])).toEqual(['edit', 'edit', 'react'])
})
