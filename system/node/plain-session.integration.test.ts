/** A session of two people by plain socket.io-client and fetch, written from docs/protocol.md alone: nothing here comes from the client library or the protocol's types. */
import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRealNodes, secret } from './fixtures/real-nodes.ts'
import type { Socket } from 'socket.io-client'
import type { RealNode, RealNodes } from './fixtures/real-nodes.ts'

type Json = Record<string, unknown>
interface Person {
  socket: Socket
  /** What came of each event, in order. */
  heard: { event: string; payload: Json }[]
}

let cluster: RealNodes
let nodes: [RealNode, RealNode]
beforeAll(async () => {
  cluster = await openRealNodes('session', { CHAT_PRESENCE_COALESCE_MS: '100' })
  nodes = await cluster.startTwo()
})
afterAll(() => cluster[Symbol.asyncDispose]())

const step = (text: string, shown?: unknown) => process.stdout.write(`${text}${shown === undefined ? '' : ` -> ${JSON.stringify(shown).slice(0, 180)}`}\n`)
const tokenOf = (user: string, more: Json = {}) =>
  new SignJWT({ device: `${user}-phone`, ...more })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setExpirationTime('10m')
    .sign(new TextEncoder().encode(secret))

async function connect(url: string, user: string, connectionNumber: number): Promise<Person> {
  const socket = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { token: await tokenOf(user), deviceId: `${user}-phone`, connectionNumber },
  })
  const heard: Person['heard'] = []
  socket.onAny((event: string, payload: Json, ack?: () => void) => {
    heard.push({ event, payload })
    if (event === 'sync:page') ack?.()
  })
  await expect.poll(() => heard[0]?.event, { timeout: 5000 }).toBe('hello')
  step(`${user} connects`, heard[0]?.payload)
  return { socket, heard }
}

async function ask({ socket }: Person, event: string, request: Json): Promise<Json> {
  const answer = (await socket.timeout(5000).emitWithAck(event, request)) as Json
  step(`  ${event} ${JSON.stringify(request).slice(0, 120)}`, answer)
  return answer
}
const operation = (room = 'tea') => ({ room, operationId: randomUUID() })
const text = (body: string, clientSeq: number, more: Json = {}) => ({
  room: 'tea',
  clientMessageId: randomUUID(),
  clientSeq,
  attempt: 1,
  type: 'text',
  body,
  clientCreatedAt: Date.now(),
  ...more,
})
const hears = (person: Person, event: string, part: Json) =>
  expect
    .poll(() => person.heard.filter((heard) => heard.event === event).map((heard) => heard.payload), { timeout: 5000 })
    .toContainEqual(expect.objectContaining(part))

test('two people on two nodes: talk, change, presence, reading, moderation, coming back, export', { timeout: 60_000 }, async () => {
  const [first, second] = [nodes[0].url, nodes[1].url]
  const ann = await connect(first, 'ann', 1)
  const bob = await connect(second, 'bob', 1)
  const joined = await ask(ann, 'join', operation())
  expect(joined).toMatchObject({ ok: true, seq: 1, duplicate: false })
  expect(await ask(bob, 'join', operation())).toMatchObject({ ok: true, seq: 2 })

  step('send, resend, reply')
  const hello = text('Hello Bob, tea at five?', 1)
  const sent = await ask(ann, 'message:send', hello)
  expect(sent).toMatchObject({ ok: true, seq: 3, duplicate: false })
  expect(await ask(ann, 'message:send', { ...hello, attempt: 2 })).toEqual({ ...sent, duplicate: true })
  await hears(bob, 'entry', { seq: 3, kind: 'message', message: expect.objectContaining({ body: hello.body, senderId: 'ann' }) })
  const reply = await ask(bob, 'message:send', text('Gladly', 1, { replyTo: sent['id'] }))
  await hears(ann, 'entry', { seq: 4, message: expect.objectContaining({ replyTo: sent['id'] }) })

  step('edit, react, delete')
  const edit = { ...operation(), messageId: sent['id'], body: 'Hello Bob, tea at six?' }
  expect(await ask(ann, 'message:edit', edit)).toMatchObject({ ok: true, seq: 5 })
  expect(await ask(bob, 'message:edit', { ...edit, operationId: randomUUID() })).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  expect(await ask(bob, 'message:react', { ...operation(), messageId: sent['id'], emoji: '🍵' })).toMatchObject({ ok: true, seq: 6 })
  expect(await ask(bob, 'message:delete', { ...operation(), messageId: reply['id'] })).toMatchObject({ ok: true, seq: 7 })
  await hears(ann, 'entry', { seq: 7, kind: 'delete', change: { kind: 'delete', messageId: reply['id'], by: 'author' } })

  step('presence, typing, receipts, unread')
  await expect
    .poll(async () => (await ask(ann, 'presence:get', { users: ['bob'] }))['users'], { timeout: 5000, interval: 300 })
    .toMatchObject({ bob: { state: 'online' } })
  expect(await ask(bob, 'presence:set', { state: 'idle' })).toEqual({ ok: true })
  await hears(ann, 'presence', { users: expect.objectContaining({ bob: expect.objectContaining({ state: 'idle' }) }) })
  expect(await ask(bob, 'room:focus', { room: 'tea' })).toEqual({ ok: true })
  await hears(ann, 'room:here', { room: 'tea', users: ['bob'] })
  expect(await ask(bob, 'typing', { room: 'tea', typing: true })).toEqual({ ok: true })
  await hears(ann, 'typing', { room: 'tea', users: ['bob'] })
  expect(await ask(bob, 'unread:get', { rooms: ['tea'] })).toMatchObject({ ok: true, rooms: { tea: { count: 1 } } })
  expect(await ask(bob, 'cursor:set', { cursors: [{ room: 'tea', deliveredSeq: 7, readSeq: 7 }] })).toEqual({ ok: true })
  expect(await ask(bob, 'unread:get', { rooms: ['tea'] })).toMatchObject({ rooms: { tea: { count: 0, readSeq: 7 } } })
  await hears(ann, 'receipts', { room: 'tea', cursors: [{ userId: 'bob', deviceId: 'bob-phone', deliveredSeq: 7, readSeq: 7 }] })

  step('search, history, range')
  expect(await ask(bob, 'search', { query: 'tea si', room: 'tea', limit: 10 })).toMatchObject({ ok: true, hits: [{ room: 'tea', entry: { id: sent['id'] } }] })
  expect(await ask(bob, 'search', { query: 'gladly', limit: 10 })).toEqual({ ok: true, hits: [] })
  const page = await ask(ann, 'history:page', { room: 'tea', limit: 4 })
  expect(page).toMatchObject({ ok: true, from: 3, to: 7, head: 7, hasMore: true })
  const older = await ask(ann, 'history:page', { room: 'tea', before: 4, limit: 10 })
  expect(older).toMatchObject({
    hasMore: false,
    entries: [{ kind: 'join' }, { kind: 'join' }, { message: { body: edit.body, edits: 1, reactions: { '🍵': ['bob'] } } }],
  })
  expect(await ask(bob, 'range:get', { room: 'tea', epoch: joined['epoch'], after: 2, upTo: 4 })).toMatchObject({
    ok: true,
    entries: [{ seq: 3 }, { seq: 4, message: { body: null } }],
  })

  step('coming back')
  bob.socket.disconnect()
  expect(await ask(ann, 'message:send', text('Bob?', 2))).toMatchObject({ seq: 8 })
  const back = await connect(first, 'bob', 2)
  expect(await ask(back, 'sync:begin', { rooms: { tea: { epoch: joined['epoch'], appliedSeq: 7 } } })).toEqual({ ok: true, rooms: ['tea'], further: [] })
  await hears(back, 'sync:page', { entries: [expect.objectContaining({ seq: 8 })] })
  await hears(back, 'sync:complete', { room: 'tea', head: 8 })

  step('role, hold, mute')
  expect(await ask(ann, 'member:role', { ...operation(), userId: 'bob', role: 'moderator' })).toMatchObject({ ok: true })
  expect(await ask(ann, 'member:role', { ...operation(), userId: 'bob', role: 'member' })).toMatchObject({ ok: true })
  expect(await ask(ann, 'message:moderate', { ...operation(), messageId: sent['id'], action: 'hold' })).toMatchObject({ ok: true })
  expect(await ask(back, 'history:page', { room: 'tea', around: 3, limit: 1 })).toMatchObject({
    entries: [{ seq: 3, message: { body: null, moderation: 'held' } }],
  })
  expect(await ask(ann, 'message:moderate', { ...operation(), messageId: sent['id'], action: 'release' })).toMatchObject({ ok: true })
  expect(await ask(ann, 'member:mute', { ...operation(), userId: 'bob', muted: true, until: null })).toMatchObject({ ok: true })
  expect(await ask(back, 'message:send', text('But...', 2))).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  expect(await ask(ann, 'member:mute', { ...operation(), userId: 'bob', muted: false, until: null })).toMatchObject({ ok: true })
  expect(await ask(back, 'message:send', text('Thank you', 2))).toMatchObject({ ok: true })

  step('kick: pending while a node is silent, done once it answers; then ban')
  nodes[1].process.signal('SIGSTOP')
  const kick = { ...operation(), userId: 'bob', reason: 'late' }
  const pending = await ask(ann, 'member:kick', kick)
  expect(pending).toMatchObject({ ok: true, state: 'pending' })
  nodes[1].process.signal('SIGCONT')
  await expect.poll(async () => (await ask(ann, 'member:kick', kick))['state'], { timeout: 10_000, interval: 300 }).toBe('done')
  await hears(back, 'entry', { kind: 'leave', actorId: 'ann', change: { kind: 'leave', userId: 'bob', reason: 'late' } })
  expect(await ask(back, 'history:page', { room: 'tea', limit: 10 })).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  expect(await ask(back, 'join', operation())).toMatchObject({ ok: true })
  await expect
    .poll(async () => (await ask(ann, 'member:ban', { ...operation(), userId: 'bob', banned: true, until: null }))['state'], { timeout: 10_000 })
    .toBe('done')
  expect(await ask(back, 'join', operation())).toMatchObject({ ok: false, error: { code: 'forbidden' } })

  step('retention with legal hold, a renewed token, export and audit log over HTTP')
  expect(await ask(ann, 'room:retention', { room: 'tea', policy: { kind: 'keep' }, legalHold: true })).toEqual({ ok: true })
  expect(await ask(ann, 'token:renew', { token: await tokenOf('ann') })).toMatchObject({ ok: true, expiresAt: expect.any(Number) })
  const read = async (path: string, token: string) => {
    const response = await fetch(new URL(path, second), { headers: { authorization: `Bearer ${token}` } })
    const lines = (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Json)
    step(`  GET ${path} ${response.status}, ${lines.length} lines`, lines.at(-1))
    return { status: response.status, lines }
  }
  const exported = await read('/rooms/tea/export', await tokenOf('ann'))
  const head = Number(exported.lines[0]?.['head'])
  expect(exported.lines.slice(1, -1).map((entry) => entry['seq'])).toEqual(Array.from({ length: head }, (_, index) => index + 1))
  expect(exported.lines.at(-1)).toEqual({ end: true, entries: head })
  expect((await read('/rooms/tea/export', await tokenOf('bob'))).status).toBe(403)
  const audit = await read('/audit-log', await tokenOf('eve', { auditor: true }))
  expect(audit.lines.map((record) => record['action'])).toEqual(
    expect.arrayContaining(['role', 'hold', 'release', 'mute', 'unmute', 'kick', 'ban', 'retention']),
  )

  expect(await ask(back, 'leave', operation())).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  for (const { socket } of [ann, back]) socket.disconnect()
})
