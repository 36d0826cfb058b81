import { afterEach, beforeEach, expect, test } from 'vitest'
import { askEnds, asks, changeKinds } from '../../reports/history/codes.ts'
import { bodyHash } from '../../reports/history/record-hash.ts'
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
  driver.shown = [{ room: 'room-1', id: 'theirs', seq: 5, rev: 7, senderId: 'user-9', record: { body: 'sd1 8 2 room-1 0 x' } }]
})
afterEach(() => acting[Symbol.asyncDispose]())

test('a moderator mutes for a time, appoints, and releases what it holds; each is recorded', async () => {
  await acts.mute(user, { for: '10ms' })
  await acts.appoint(user, { role: 'member' })
  expect(await acts.release(user, {})).toBe(false)
  await acts.hold(user, {})
  expect(await acts.release(user, {})).toBe(true)
  await acts.remove(user, {})
  expect(driver.calls).toEqual([
    ['mute', 'room-1', 'user-9', true],
    ['mute', 'room-1', 'user-9', false],
    ['appoint', 'room-1', 'user-9', 'member'],
    ['hold', 'theirs'],
    ['release', 'theirs'],
    ['remove', 'theirs'],
  ])
  const { rows } = acting.rowsOf('changeInvoked')
  const { mute, unmute, appoint, hold, release, remove } = changeKinds
  expect(rows.map(({ value }) => value)).toEqual([mute, unmute, appoint, hold, release, remove])
  expect(rows[0]?.rev).toBe(bodyHash('user-9'))
})

test('what is for moderators is left out by who is none; who tries all the same is refused', async () => {
  for (const verb of ['mute', 'appoint', 'hold', 'remove', 'kick'] as const) expect(await acts[verb](user, { by: 'moderators' })).toBe(false)
  driver.role = 'moderator'
  expect(await acts.hold(user, { by: 'owner' })).toBe(false)
  expect(await acts.hold(user, { by: 'moderators' })).toBe(true)
  driver.answers = { mute: async () => ({ kind: 'failed', code: 'forbidden' }) }
  await acts.mute(user, {})
  expect(driver.calls).toHaveLength(2)
})

test('who owns a room says what it keeps once the phase begins; for the others there is nothing to do', async () => {
  driver.role = 'owner'
  await chatSteps.retain(user, { phase: 'warmup', rooms: ['room-9'], policy: 'delete' })
  await chatSteps.retain(user, { phase: 'warmup', rooms: ['room-1'], policy: 'archive', age: '4s', legalHold: true })
  expect(driver.calls).toEqual([])
  acting.phase('warmup')
  await expect.poll(() => driver.calls.length).toBe(1)
  await expect.poll(() => user.pending()).toBeNull()
  expect(driver.calls).toEqual([['retain', 'room-1', { kind: 'archive', afterMs: 4000 }, true]])
  const { rows, names } = acting.rowsOf('askInvoked', 'askEnded', 'actSkipped')
  expect(rows.filter(({ kind }) => kind !== 'actSkipped').map(({ value, layer }) => [value, layer])).toEqual([
    [asks.retain, 0],
    [asks.retain, askEnds.ok],
  ])
  expect(rows.filter(({ kind }) => kind === 'actSkipped').map(({ value }) => names[value])).toEqual(['retain'])
})

test('a visit tries a token that has expired, and stays with another until it has', async () => {
  await chatSteps.visit(user, { phase: 'steady' })
  const visits = { expired: { device: 'past', token: 't' }, expiring: { device: 'soon', token: 't', expiresAtMs: Date.now() + 5_000 } }
  Object.assign(user.assignment, { visits })
  acting.phase('steady')
  await expect.poll(() => driver.calls.length).toBe(2)
  const [past, soon] = driver.calls.toSorted((left, right) => Number(left[3]) - Number(right[3]))
  expect(past).toEqual(['visit', 'past', 'room-1', 0])
  expect(soon?.slice(0, 3)).toEqual(['visit', 'soon', 'room-1'])
  // Two seconds past the end of the token.
  expect(Number(soon?.[3])).toBeGreaterThan(6_000)
  expect(acting.rowsOf('askInvoked').rows.map(({ value }) => value)).toEqual([asks.expiredToken, asks.expiredToken])
})

test('a storm and a slow reader wait for their phase, and go on beside what follows', async () => {
  await chatSteps.storm(user, { phase: 'steady', after: '200ms' })
  await chatSteps['read-slowly'](user, { phase: 'steady', for: '3s' })
  await chatSteps['read-slowly'](user, { phase: 'steady', share: 0 })
  acting.phase('warmup')
  expect(user.pending()).toBeNull()
  expect(driver.calls).toEqual([])
  acting.phase('steady')
  await expect.poll(() => driver.calls.length).toBe(2)
  expect(driver.calls).toEqual([['stopReading', 3000], ['reconnect']])
})

test('a storm leaves alone whose client is being replaced', async () => {
  await chatSteps.storm(user, { phase: 'steady' })
  await chatSteps['read-slowly'](user, { phase: 'steady', for: '3s' })
  user.moving = true
  acting.phase('steady')
  await expect.poll(() => driver.calls.length).toBeGreaterThan(0)
  expect(driver.calls).toEqual([['stopReading', 3000]])
  expect(acting.rowsOf('actSkipped').rows).toHaveLength(1)
})

test('who goes home ends its talk and its stay, and the others go on', async () => {
  await chatSteps['go-home'](user, { phase: 'steady', share: 0 })
  await chatSteps['go-home'](user, { phase: 'impact', after: '20ms' })
  // What else begins with the phase, and after it: once that is done, those who go home have gone.
  await chatSteps.storm(user, { phase: 'steady', after: '20ms' })
  acting.phase('warmup')
  const ended: string[] = []
  const talking = chatSteps.talk(user, { ratePerSecond: 0.001 }).then(() => ended.push('talk'))
  const staying = chatSteps.stay(user, {}).then(() => ended.push('stay'))
  acting.phase('steady')
  await expect.poll(() => driver.calls).toEqual([['reconnect']])
  expect(ended).toEqual([])
  acting.phase('impact')
  await Promise.all([talking, staying])
  expect(ended.toSorted()).toEqual(['stay', 'talk'])
})
