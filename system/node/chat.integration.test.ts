/** Two nodes on real Redis and a real store, with plain Socket.IO clients. */
import { readFile } from 'node:fs/promises'
import { MongoClient } from 'mongodb'
import { io } from 'socket.io-client'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { journalRowBytes } from '../journal-rows.ts'
import { ask, connect, openRealNodes, tokenOf } from './fixtures/real-nodes.ts'
import type { Client, Connected, RealNode, RealNodes } from './fixtures/real-nodes.ts'
import type { SendRequest, ServerToClient, WireEntry } from '../protocol.ts'

let cluster: RealNodes
let nodes: [RealNode, RealNode]
beforeAll(async () => {
  cluster = await openRealNodes('chat')
  nodes = await cluster.startTwo()
})
afterAll(() => cluster[Symbol.asyncDispose]())

const join = (client: Connected, room: string) => ask(client).emitWithAck('join', { room, operationId: uuidv7() })
const message = (room: string, body = 'hello', clientSeq = 1): SendRequest => ({
  room,
  clientMessageId: uuidv7(),
  clientSeq,
  attempt: 1,
  type: 'text',
  body,
  clientCreatedAt: 1,
})
const bodies = (entries: readonly WireEntry[]) => entries.flatMap((entry) => entry.message?.body ?? [])

test('a message reaches a member on the other node, and the sender itself', async () => {
  const ann = await connect(nodes[0], 'ann')
  const bob = await connect(nodes[1], 'bob')
  expect(await join(ann, 'talk')).toMatchObject({ ok: true, seq: 1, duplicate: false })
  expect(await join(bob, 'talk')).toMatchObject({ ok: true, seq: 2 })
  expect(await ask(ann).emitWithAck('message:send', message('talk'))).toMatchObject({ ok: true, seq: 3, duplicate: false })
  await expect.poll(() => [bodies(ann.entries), bodies(bob.entries)], { timeout: 3000 }).toEqual([['hello'], ['hello']])
})

test('a resend is answered as a duplicate with the seq of the first, on any node; another body under its id is refused', async () => {
  const ann = await connect(nodes[0], 'ann')
  const annElsewhere = await connect(nodes[1], 'ann', 'ann-2')
  await join(ann, 'resend')
  const sent = message('resend')
  const first = await ask(ann).emitWithAck('message:send', sent)
  expect(await ask(annElsewhere).emitWithAck('message:send', { ...sent, attempt: 2 })).toEqual({ ...first, duplicate: true })
  expect(await ask(ann).emitWithAck('message:send', sent)).toEqual({ ...first, duplicate: true })
  expect(await ask(ann).emitWithAck('message:send', { ...sent, body: 'other' })).toMatchObject({ ok: false, error: { code: 'id_reused' } })
})

test('sends at once through both nodes get gap-free seqs, each once', async () => {
  const ann = await connect(nodes[0], 'ann')
  const bob = await connect(nodes[1], 'bob')
  await join(ann, 'race')
  await join(bob, 'race')
  const answers = await Promise.all(
    [ann, bob].flatMap((client) => Array.from({ length: 40 }, (_, index) => ask(client).emitWithAck('message:send', message('race', `${index}`, index + 1)))),
  )
  const seqs = answers.map((answer) => (answer.ok ? answer.seq : answer.error.code)).toSorted((left, right) => Number(left) - Number(right))
  expect(seqs).toEqual(Array.from({ length: 80 }, (_, index) => index + 3))
  await expect.poll(() => [bodies(ann.entries).length, bodies(bob.entries).length], { timeout: 3000 }).toEqual([80, 80])
  await using client = new MongoClient(cluster.mongo.url.href)
  expect(await client.db('chat').collection('room_log').countDocuments({ roomId: 'race' })).toBe(82)
})

test('sync replays what was missed in pages, tells heads, members and cursors, and names the rooms left out', async () => {
  const ann = await connect(nodes[0], 'zoe')
  const joined = await join(ann, 'replay')
  await join(ann, 'left-out')
  if (!joined.ok) throw new Error(joined.error.message)
  await Promise.all(Array.from({ length: 45 }, (_, index) => ask(ann).emitWithAck('message:send', message('replay', `${index}`, index + 1))))
  await expect.poll(() => ann.entries.length, { timeout: 3000 }).toBeGreaterThanOrEqual(45)
  expect(await ask(ann).emitWithAck('cursor:set', { cursors: [{ room: 'replay', deliveredSeq: 9999, readSeq: 5 }] })).toEqual({ ok: true })
  await expect
    .poll(async () => ((await (await fetch(`${nodes[0].url}/health/state`)).json()) as { pendingCursors: number }).pendingCursors, { timeout: 3000 })
    .toBe(0)

  const again = await connect(nodes[1], 'zoe', 'zoe-3')
  const paged: number[] = []
  again.socket.on('sync:page', (page, ack) => {
    paged.push(...page.entries.map((entry) => entry.seq))
    ack()
  })
  const complete = new Promise<Parameters<ServerToClient['sync:complete']>[0]>((resolve) => void again.socket.once('sync:complete', resolve))
  const begun = await ask(again).emitWithAck('sync:begin', {
    rooms: { replay: { epoch: joined.epoch, appliedSeq: 0 }, nowhere: { epoch: 'x', appliedSeq: 0 } },
  })
  expect(begun).toMatchObject({ ok: true, rooms: ['replay'], further: expect.arrayContaining(['left-out']) })
  expect(await complete).toMatchObject({
    room: 'replay',
    epoch: joined.epoch,
    head: 46,
    members: [{ userId: 'zoe', joinedSeq: 1, leftSeq: null }],
    cursors: [{ userId: 'zoe', deviceId: 'zoe-1', deliveredSeq: 46, readSeq: 5 }],
  })
  expect(paged).toEqual(Array.from({ length: 46 }, (_, index) => index + 1))

  const reset = new Promise((resolve) => void again.socket.once('sync:reset', resolve))
  await ask(again).emitWithAck('sync:begin', { rooms: { replay: { epoch: 'another', appliedSeq: 3 } } })
  expect(await reset).toEqual({ room: 'replay', epoch: joined.epoch, head: 46, reason: 'epoch_changed' })
  expect(await ask(again).emitWithAck('history:page', { room: 'replay', limit: 10 })).toMatchObject({ ok: true, from: 36, to: 46, hasMore: true })
  expect(await ask(again).emitWithAck('history:page', { room: 'replay', before: 5, limit: 10 })).toMatchObject({
    ok: true,
    from: 0,
    to: 4,
    hasMore: false,
  })
})

test('a receipt reaches the members on the other node', async () => {
  const ann = await connect(nodes[0], 'ann')
  const bob = await connect(nodes[1], 'bob')
  await join(ann, 'receipts')
  await join(bob, 'receipts')
  const receipt = new Promise((resolve) => void ann.socket.on('receipts', (told) => told.cursors.some((cursor) => cursor.userId === 'bob') && resolve(told)))
  await ask(bob).emitWithAck('cursor:set', { cursors: [{ room: 'receipts', deliveredSeq: 2, readSeq: 1 }] })
  expect(await receipt).toEqual({ room: 'receipts', cursors: [{ userId: 'bob', deviceId: 'bob-1', deliveredSeq: 2, readSeq: 1 }] })
})

test('who left gets nothing more and may not send, and a rejoin resets the view', async () => {
  const ann = await connect(nodes[0], 'ann')
  const bob = await connect(nodes[1], 'bob')
  await join(ann, 'leaving')
  const joined = await join(bob, 'leaving')
  if (!joined.ok) throw new Error(joined.error.message)
  expect(await ask(bob).emitWithAck('leave', { room: 'leaving', operationId: uuidv7() })).toMatchObject({ ok: true, seq: 3 })
  await ask(ann).emitWithAck('message:send', message('leaving', 'behind his back'))
  expect(await ask(bob).emitWithAck('message:send', message('leaving'))).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  expect(await ask(bob).emitWithAck('history:page', { room: 'leaving', limit: 10 })).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  await join(bob, 'leaving')
  expect(await ask(bob).emitWithAck('range:get', { room: 'leaving', epoch: joined.epoch, after: 0, upTo: 10 })).toMatchObject({
    ok: true,
    head: 5,
    entries: [{ seq: 2 }, { seq: 3 }, { seq: 5 }],
  })
  const reset = new Promise((resolve) => void bob.socket.once('sync:reset', resolve))
  await ask(bob).emitWithAck('sync:begin', { rooms: { leaving: { epoch: joined.epoch, appliedSeq: 3 } } })
  expect(await reset).toMatchObject({ reason: 'rejoined' })
  expect(bodies(bob.entries)).toEqual([])
})

test('every invalid payload and unknown event gets an error ack that names the field', async () => {
  const mallory = await connect(nodes[0], 'mallory')
  const raw: { timeout(ms: number): { emitWithAck(event: string, ...received: unknown[]): Promise<unknown> } } = mallory.socket
  const send = (event: string, ...received: unknown[]) => raw.timeout(3000).emitWithAck(event, ...received)
  const invalid = (field: string) => ({ ok: false, error: { code: 'invalid', message: expect.stringContaining(field) } })
  expect(await send('message:send', { ...message('talk'), clientSeq: 0 })).toMatchObject(invalid('clientSeq'))
  expect(await send('message:send')).toMatchObject(invalid('payload'))
  expect(await send('join', { room: 'a b', operationId: uuidv7() })).toMatchObject(invalid('room'))
  expect(await send('sync:begin', null)).toMatchObject(invalid('payload'))
  expect(await send('range:get', { room: 'talk', epoch: 'e', after: 5, upTo: 5 })).toMatchObject(invalid('window'))
  expect(await send('no:such', 1)).toMatchObject(invalid('event'))
  expect(await send('message:send', message('talk', 'x'.repeat(9000)))).toMatchObject({ ok: false, error: { code: 'too_large' } })
  expect(await send('message:send', message('talk'))).toMatchObject({ ok: false, error: { code: 'forbidden' } })
})

test('more sends than the limit are refused for now, with the time to wait', async () => {
  const hasty = await connect(nodes[0], 'hasty')
  await join(hasty, 'hasty')
  const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => ask(hasty).emitWithAck('message:send', message('hasty', `${index}`, index + 1))))
  expect(answers.filter((answer) => answer.ok)).toHaveLength(50)
  expect(answers.find((answer) => !answer.ok)).toMatchObject({ ok: false, error: { code: 'rate_limited', retryAfterMs: expect.any(Number) } })
})

test('a token that is wrong, foreign or out of date connects nobody; a newer connection of a device closes the older', async () => {
  const refused = async (auth: object) => {
    const socket: Client = io(nodes[0].url, { transports: ['websocket'], forceNew: true, reconnection: false, auth })
    onTestFinished(() => void socket.disconnect())
    return new Promise((resolve) => void socket.once('connect_error', (error) => resolve(error.message)))
  }
  expect(await refused({})).toBe('invalid')
  expect(await refused({ token: 'x.y.z', deviceId: 'd', connectionNumber: 1 })).toBe('forbidden')
  expect(await refused({ token: await tokenOf('ann', 'other', 60), deviceId: 'd', connectionNumber: 1 })).toBe('forbidden')
  expect(await refused({ token: await tokenOf('ann', 'd', -60), deviceId: 'd', connectionNumber: 1 })).toBe('token_expired')
  const old = await connect(nodes[0], 'carol')
  const closed = new Promise((resolve) => void old.socket.once('closing', resolve))
  await connect(nodes[1], 'carol')
  expect(await closed).toEqual({ code: 'connected_elsewhere' })
})

test('with Redis away nodes connect, send and ack at once, and the heartbeat tells the other node', async () => {
  const ann = await connect(nodes[0], 'ann')
  const bob = await connect(nodes[1], 'bob')
  await join(ann, 'quiet')
  await join(bob, 'quiet')
  await cluster.redis.kill()
  onTestFinished(() => cluster.redis.restart())
  const heads: number[] = []
  bob.socket.on('heartbeat', ({ rooms }) => void heads.push(rooms['quiet']?.head ?? 0))
  const carol = await connect(nodes[0], 'carol')
  expect(await join(carol, 'quiet')).toMatchObject({ ok: true, seq: 3 })
  expect(await ask(carol).emitWithAck('message:send', message('quiet'))).toMatchObject({ ok: true, seq: 4 })
  expect((await fetch(`${nodes[1].url}/health/ready`)).status).toBe(200)
  await expect.poll(() => Math.max(0, ...heads), { timeout: 5000 }).toBe(4)
})

test('a stalled store gives errors in time, and what was tried meanwhile is stored once, without a hole', async () => {
  const patient = await connect(nodes[0], 'patient')
  await join(patient, 'stall')
  const sent = Array.from({ length: 5 }, (_, index) => message('stall', `${index}`, index + 1))
  cluster.mongo.pause()
  const stalled = await Promise.all(sent.map((request) => patient.socket.timeout(9000).emitWithAck('message:send', request))).finally(() =>
    cluster.mongo.resume(),
  )
  expect(stalled.map((answer) => answer.ok || answer.error.code)).toEqual(sent.map(() => 'unavailable'))
  for (const request of sent)
    await vi.waitFor(async () => expect(await ask(patient).emitWithAck('message:send', { ...request, attempt: 2 })).toMatchObject({ ok: true }), {
      timeout: 15_000,
      interval: 100,
    })
  await using client = new MongoClient(cluster.mongo.url.href)
  const stored = await client.db('chat').collection('room_log').find({ roomId: 'stall' }).toArray()
  expect(stored.map((entry) => Number(entry['seq'])).toSorted((left, right) => left - right)).toEqual([1, 2, 3, 4, 5, 6])
})

test('mutants break what they say: a send is acked before it is stored, stored twice, or not told to the other node', async () => {
  const start = (mutant: string, database = mutant) =>
    cluster.start(`${mutant}-${database}`, { CHAT_MUTANT: mutant, CHAT_MONGO_DATABASE: database, CHAT_REDIS_PREFIX: database })
  await using client = new MongoClient(cluster.mongo.url.href)
  const count = (database: string) => client.db(database).collection('room_log').countDocuments({ kind: 'message' })

  const early = await start('ack-before-commit')
  const ann = await connect(early, 'ann')
  await join(ann, 'm')
  expect(await ask(ann).emitWithAck('message:send', message('m'))).toMatchObject({ ok: true, seq: 2 })
  early.process.signal('SIGKILL')
  await early.process.exited
  expect(await count('ack-before-commit')).toBe(0)

  const twice = await connect(await start('no-unique-key'), 'ann')
  await join(twice, 'm')
  const sent = message('m')
  expect(await ask(twice).emitWithAck('message:send', sent)).toMatchObject({ ok: true, duplicate: false })
  expect(await ask(twice).emitWithAck('message:send', { ...sent, attempt: 2 })).toMatchObject({ ok: true, duplicate: false })
  expect(await count('no-unique-key')).toBe(2)

  const sender = await connect(await start('publish-skipped-without-heartbeat', 'skip'), 'ann')
  const reader = await connect(await cluster.start('reader', { CHAT_MONGO_DATABASE: 'skip', CHAT_REDIS_PREFIX: 'skip' }), 'bob')
  await join(sender, 'm')
  await join(reader, 'm')
  for (let index = 1; index <= 12; index++) await ask(sender).emitWithAck('message:send', message('m', `${index}`, index))
  await expect.poll(() => bodies(reader.entries).at(-1), { timeout: 3000 }).toBe('12')
  expect(bodies(reader.entries)).toHaveLength(11)
})

test('SIGTERM hints clients to reconnect, closes the journal and exits 0', async () => {
  const node = await cluster.start('node-3')
  const dave = await connect(node, 'dave')
  const hint = new Promise((resolve) => void dave.socket.once('reconnect', resolve))
  const exit = await node.process.stop(8000)
  expect(await hint).toMatchObject({ afterMs: expect.any(Number) })
  expect(exit).toMatchObject({ code: 0, signal: null })
  const journal = await readFile(node.journal)
  expect(journal.length % journalRowBytes).toBe(0)
  expect(journal.readUInt8(journal.length - journalRowBytes + 8)).toBe(10)
})
