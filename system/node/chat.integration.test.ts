/** Two nodes on real Redis and a real store, with plain Socket.IO clients. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MongoClient } from 'mongodb'
import { io } from 'socket.io-client'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createProcessRuntime } from '../cluster/process-runtime.ts'
import { components, findComponent } from '../components/table.ts'
import { journalRowBytes } from '../journal-rows.ts'
import { signToken } from './tokens.ts'
import type { Socket } from 'socket.io-client'
import type { Running, Runtime } from '../cluster/runtime.ts'
import type { FindOptions, RunningComponent } from '../components/component.ts'
import type { ClientToServer, SendRequest, ServerToClient, WireEntry } from '../protocol.ts'

type Client = Socket<ServerToClient, ClientToServer>
interface Node {
  name: string
  url: string
  process: Running
}

const secret = 'a secret for tests only'
const options: FindOptions = { install: true, urls: {}, progress: (line) => void process.stderr.write(`${line}\n`) }
const runId = `chat-${process.pid}`
let folder = ''
let runtime: Runtime
let redis: RunningComponent
let mongo: RunningComponent
let nodes: [Node, Node]

async function startNode(name: string, environment: Record<string, string> = {}): Promise<Node> {
  const running = await runtime.spawn({
    name,
    command: process.execPath,
    args: [fileURLToPath(new URL('main.ts', import.meta.url))],
    env: {
      CHAT_NODE_NAME: name,
      CHAT_PORT: String(await runtime.port()),
      CHAT_REDIS_URL: redis.url.href,
      CHAT_REDIS_PREFIX: runId,
      CHAT_MONGO_URL: mongo.url.href,
      CHAT_MONGO_DATABASE: 'chat',
      CHAT_JWT_SECRET: secret,
      CHAT_JOURNAL: join(folder, `${name}.rows`),
      CHAT_HEARTBEAT_MS: '300',
      CHAT_RECEIPTS_MS: '200',
      ...environment,
    },
  })
  const [, url = ''] = await running.line(/ready on (http:\/\/[\d.:]+)/, 10_000)
  await vi.waitFor(async () => expect((await fetch(`${url}/health/ready`)).status).toBe(200), { timeout: 10_000 })
  return { name, url, process: running }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shakedown-chat-'))
  runtime = await createProcessRuntime({ logFolder: join(folder, 'logs'), runId })
  redis = await components.redis.start(await findComponent(components.redis, options), runtime, { folder: join(folder, 'redis'), runId })
  mongo = await components.mongo.start(await findComponent(components.mongo, options), runtime, { folder: join(folder, 'mongo'), runId })
  nodes = await Promise.all([startNode('node-1'), startNode('node-2')])
})
afterAll(async () => {
  await runtime[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

let connections = 0
async function connect(node: Node, user: string, device = `${user}-1`, connectionNumber = ++connections): Promise<{ socket: Client; entries: WireEntry[] }> {
  const socket: Client = io(node.url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { token: await signToken(secret, user, device, 600), deviceId: device, connectionNumber },
  })
  onTestFinished(() => void socket.disconnect())
  const entries: WireEntry[] = []
  socket.on('entry', (entry) => entries.push(entry))
  await new Promise<void>((resolve, reject) => {
    socket.once('hello', () => resolve())
    socket.once('connect_error', reject)
  })
  return { socket, entries }
}
const deadline = (socket: Client) => socket.timeout(5000)
const joinRoom = (socket: Client, room: string) => deadline(socket).emitWithAck('join', { room, operationId: uuidv7() })
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
  expect(await joinRoom(ann.socket, 'talk')).toMatchObject({ ok: true, seq: 1, duplicate: false })
  expect(await joinRoom(bob.socket, 'talk')).toMatchObject({ ok: true, seq: 2 })
  expect(await deadline(ann.socket).emitWithAck('message:send', message('talk'))).toMatchObject({ ok: true, seq: 3, duplicate: false })
  await expect.poll(() => [bodies(ann.entries), bodies(bob.entries)], { timeout: 3000 }).toEqual([['hello'], ['hello']])
})

test('a resend is answered as a duplicate with the seq of the first, on any node; another body under its id is refused', async () => {
  const ann = await connect(nodes[0], 'ann')
  const annElsewhere = await connect(nodes[1], 'ann', 'ann-2')
  await joinRoom(ann.socket, 'resend')
  const sent = message('resend')
  const first = await deadline(ann.socket).emitWithAck('message:send', sent)
  expect(await deadline(annElsewhere.socket).emitWithAck('message:send', { ...sent, attempt: 2 })).toEqual({ ...first, duplicate: true })
  expect(await deadline(ann.socket).emitWithAck('message:send', sent)).toEqual({ ...first, duplicate: true })
  expect(await deadline(ann.socket).emitWithAck('message:send', { ...sent, body: 'other' })).toMatchObject({ ok: false, error: { code: 'id_reused' } })
})

test('sends at once through both nodes get gap-free seqs, each once', async () => {
  const ann = await connect(nodes[0], 'ann')
  const bob = await connect(nodes[1], 'bob')
  await joinRoom(ann.socket, 'race')
  await joinRoom(bob.socket, 'race')
  const answers = await Promise.all(
    [ann, bob].flatMap(({ socket }) =>
      Array.from({ length: 40 }, (_, index) => deadline(socket).emitWithAck('message:send', message('race', `${index}`, index + 1))),
    ),
  )
  const seqs = answers.map((answer) => (answer.ok ? answer.seq : answer.error.code)).toSorted((left, right) => Number(left) - Number(right))
  expect(seqs).toEqual(Array.from({ length: 80 }, (_, index) => index + 3))
  await expect.poll(() => [bodies(ann.entries).length, bodies(bob.entries).length], { timeout: 3000 }).toEqual([80, 80])
  await using client = new MongoClient(mongo.url.href)
  expect(await client.db('chat').collection('room_log').countDocuments({ roomId: 'race' })).toBe(82)
})

test('sync replays what was missed in pages, tells heads, members and cursors, and names the rooms left out', async () => {
  const ann = await connect(nodes[0], 'zoe')
  const joined = await joinRoom(ann.socket, 'replay')
  await joinRoom(ann.socket, 'left-out')
  if (!joined.ok) throw new Error(joined.error.message)
  await Promise.all(Array.from({ length: 45 }, (_, index) => deadline(ann.socket).emitWithAck('message:send', message('replay', `${index}`, index + 1))))
  await expect.poll(() => ann.entries.length, { timeout: 3000 }).toBeGreaterThanOrEqual(45)
  expect(await deadline(ann.socket).emitWithAck('cursor:set', { cursors: [{ room: 'replay', deliveredSeq: 9999, readSeq: 5 }] })).toEqual({ ok: true })
  await expect
    .poll(async () => ((await (await fetch(`${nodes[0].url}/health/state`)).json()) as { pendingCursors: number }).pendingCursors, { timeout: 3000 })
    .toBe(0)

  const { socket } = await connect(nodes[1], 'zoe', 'zoe-3')
  const paged: number[] = []
  socket.on('sync:page', (page, ack) => {
    paged.push(...page.entries.map((entry) => entry.seq))
    ack()
  })
  const complete = new Promise<Parameters<ServerToClient['sync:complete']>[0]>((resolve) => void socket.once('sync:complete', resolve))
  const begun = await deadline(socket).emitWithAck('sync:begin', {
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

  const reset = new Promise((resolve) => void socket.once('sync:reset', resolve))
  await deadline(socket).emitWithAck('sync:begin', { rooms: { replay: { epoch: 'another', appliedSeq: 3 } } })
  expect(await reset).toEqual({ room: 'replay', epoch: joined.epoch, head: 46, reason: 'epoch_changed' })
  expect(await deadline(socket).emitWithAck('history:page', { room: 'replay', limit: 10 })).toMatchObject({ ok: true, from: 36, to: 46, hasMore: true })
  expect(await deadline(socket).emitWithAck('history:page', { room: 'replay', before: 5, limit: 10 })).toMatchObject({
    ok: true,
    from: 0,
    to: 4,
    hasMore: false,
  })
})

test('a receipt reaches the members on the other node', async () => {
  const ann = await connect(nodes[0], 'ann')
  const bob = await connect(nodes[1], 'bob')
  await joinRoom(ann.socket, 'receipts')
  await joinRoom(bob.socket, 'receipts')
  const receipt = new Promise((resolve) => void ann.socket.on('receipts', (told) => told.cursors.some((cursor) => cursor.userId === 'bob') && resolve(told)))
  await deadline(bob.socket).emitWithAck('cursor:set', { cursors: [{ room: 'receipts', deliveredSeq: 2, readSeq: 1 }] })
  expect(await receipt).toEqual({ room: 'receipts', cursors: [{ userId: 'bob', deviceId: 'bob-1', deliveredSeq: 2, readSeq: 1 }] })
})

test('who left gets nothing more and may not send, and a rejoin resets the view', async () => {
  const ann = await connect(nodes[0], 'ann')
  const bob = await connect(nodes[1], 'bob')
  await joinRoom(ann.socket, 'leaving')
  const joined = await joinRoom(bob.socket, 'leaving')
  if (!joined.ok) throw new Error(joined.error.message)
  expect(await deadline(bob.socket).emitWithAck('leave', { room: 'leaving', operationId: uuidv7() })).toMatchObject({ ok: true, seq: 3 })
  await deadline(ann.socket).emitWithAck('message:send', message('leaving', 'behind his back'))
  expect(await deadline(bob.socket).emitWithAck('message:send', message('leaving'))).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  expect(await deadline(bob.socket).emitWithAck('history:page', { room: 'leaving', limit: 10 })).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  await joinRoom(bob.socket, 'leaving')
  expect(await deadline(bob.socket).emitWithAck('range:get', { room: 'leaving', epoch: joined.epoch, after: 0, upTo: 10 })).toMatchObject({
    ok: true,
    head: 5,
    entries: [{ seq: 2 }, { seq: 3 }, { seq: 5 }],
  })
  const reset = new Promise((resolve) => void bob.socket.once('sync:reset', resolve))
  await deadline(bob.socket).emitWithAck('sync:begin', { rooms: { leaving: { epoch: joined.epoch, appliedSeq: 3 } } })
  expect(await reset).toMatchObject({ reason: 'rejoined' })
  expect(bodies(bob.entries)).toEqual([])
})

test('every invalid payload and unknown event gets an error ack that names the field', async () => {
  const { socket } = await connect(nodes[0], 'mallory')
  const raw: { timeout(ms: number): { emitWithAck(event: string, ...received: unknown[]): Promise<unknown> } } = socket
  const ask = (event: string, ...received: unknown[]) => raw.timeout(3000).emitWithAck(event, ...received)
  const invalid = (field: string) => ({ ok: false, error: { code: 'invalid', message: expect.stringContaining(field) } })
  expect(await ask('message:send', { ...message('talk'), clientSeq: 0 })).toMatchObject(invalid('clientSeq'))
  expect(await ask('message:send')).toMatchObject(invalid('payload'))
  expect(await ask('join', { room: 'a b', operationId: uuidv7() })).toMatchObject(invalid('room'))
  expect(await ask('sync:begin', null)).toMatchObject(invalid('payload'))
  expect(await ask('range:get', { room: 'talk', epoch: 'e', after: 5, upTo: 5 })).toMatchObject(invalid('window'))
  expect(await ask('no:such', 1)).toMatchObject(invalid('event'))
  expect(await ask('message:send', message('talk', 'x'.repeat(9000)))).toMatchObject({ ok: false, error: { code: 'too_large' } })
  expect(await ask('message:send', message('talk'))).toMatchObject({ ok: false, error: { code: 'forbidden' } })
})

test('more sends than the limit are refused for now, with the time to wait', async () => {
  const { socket } = await connect(nodes[0], 'hasty')
  await joinRoom(socket, 'hasty')
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) => deadline(socket).emitWithAck('message:send', message('hasty', `${index}`, index + 1))),
  )
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
  expect(await refused({ token: await signToken(secret, 'ann', 'other', 60), deviceId: 'd', connectionNumber: 1 })).toBe('forbidden')
  expect(await refused({ token: await signToken(secret, 'ann', 'd', -60), deviceId: 'd', connectionNumber: 1 })).toBe('token_expired')
  const old = await connect(nodes[0], 'carol')
  const closed = new Promise((resolve) => void old.socket.once('closing', resolve))
  await connect(nodes[1], 'carol')
  expect(await closed).toEqual({ code: 'connected_elsewhere' })
})

test('with Redis away nodes connect, send and ack at once, and the heartbeat tells the other node', async () => {
  const ann = await connect(nodes[0], 'ann')
  const bob = await connect(nodes[1], 'bob')
  await joinRoom(ann.socket, 'quiet')
  await joinRoom(bob.socket, 'quiet')
  await redis.kill()
  onTestFinished(() => redis.restart())
  const heads: number[] = []
  bob.socket.on('heartbeat', ({ rooms }) => void heads.push(rooms['quiet']?.head ?? 0))
  const carol = await connect(nodes[0], 'carol')
  expect(await joinRoom(carol.socket, 'quiet')).toMatchObject({ ok: true, seq: 3 })
  expect(await deadline(carol.socket).emitWithAck('message:send', message('quiet'))).toMatchObject({ ok: true, seq: 4 })
  expect((await fetch(`${nodes[1].url}/health/ready`)).status).toBe(200)
  await expect.poll(() => Math.max(0, ...heads), { timeout: 5000 }).toBe(4)
})

test('a stalled store gives errors in time, and what was tried meanwhile is stored once, without a hole', async () => {
  const { socket } = await connect(nodes[0], 'patient')
  await joinRoom(socket, 'stall')
  const sent = Array.from({ length: 5 }, (_, index) => message('stall', `${index}`, index + 1))
  mongo.pause()
  const stalled = await Promise.all(sent.map((request) => socket.timeout(9000).emitWithAck('message:send', request))).finally(() => mongo.resume())
  expect(stalled.map((answer) => answer.ok || answer.error.code)).toEqual(sent.map(() => 'unavailable'))
  for (const request of sent)
    await vi.waitFor(async () => expect(await deadline(socket).emitWithAck('message:send', { ...request, attempt: 2 })).toMatchObject({ ok: true }), {
      timeout: 15_000,
      interval: 100,
    })
  await using client = new MongoClient(mongo.url.href)
  const stored = await client.db('chat').collection('room_log').find({ roomId: 'stall' }).toArray()
  expect(stored.map((entry) => Number(entry['seq'])).toSorted((left, right) => left - right)).toEqual([1, 2, 3, 4, 5, 6])
})

test('mutants break what they say: a send is acked before it is stored, stored twice, or not told to the other node', async () => {
  const start = (mutant: string, database = mutant) =>
    startNode(`${mutant}-${database}`, { CHAT_MUTANT: mutant, CHAT_MONGO_DATABASE: database, CHAT_REDIS_PREFIX: database })
  await using client = new MongoClient(mongo.url.href)
  const count = (database: string) => client.db(database).collection('room_log').countDocuments({ kind: 'message' })

  const early = await start('ack-before-commit')
  const ann = await connect(early, 'ann')
  await joinRoom(ann.socket, 'm')
  expect(await deadline(ann.socket).emitWithAck('message:send', message('m'))).toMatchObject({ ok: true, seq: 2 })
  early.process.signal('SIGKILL')
  await early.process.exited
  expect(await count('ack-before-commit')).toBe(0)

  const twice = await connect(await start('no-unique-key'), 'ann')
  await joinRoom(twice.socket, 'm')
  const sent = message('m')
  expect(await deadline(twice.socket).emitWithAck('message:send', sent)).toMatchObject({ ok: true, duplicate: false })
  expect(await deadline(twice.socket).emitWithAck('message:send', { ...sent, attempt: 2 })).toMatchObject({ ok: true, duplicate: false })
  expect(await count('no-unique-key')).toBe(2)

  const sender = await connect(await start('publish-skipped-without-heartbeat', 'skip'), 'ann')
  const reader = await connect(await startNode('reader', { CHAT_MONGO_DATABASE: 'skip', CHAT_REDIS_PREFIX: 'skip' }), 'bob')
  await joinRoom(sender.socket, 'm')
  await joinRoom(reader.socket, 'm')
  for (let index = 1; index <= 12; index++) await deadline(sender.socket).emitWithAck('message:send', message('m', `${index}`, index))
  await expect.poll(() => bodies(reader.entries).at(-1), { timeout: 3000 }).toBe('12')
  expect(bodies(reader.entries)).toHaveLength(11)
})

test('SIGTERM hints clients to reconnect, closes the journal and exits 0', async () => {
  const node = await startNode('node-3')
  const { socket } = await connect(node, 'dave')
  const hint = new Promise((resolve) => void socket.once('reconnect', resolve))
  const exit = await node.process.stop(8000)
  expect(await hint).toMatchObject({ afterMs: expect.any(Number) })
  expect(exit).toMatchObject({ code: 0, signal: null })
  const journal = await readFile(join(folder, 'node-3.rows'))
  expect(journal.length % journalRowBytes).toBe(0)
  expect(journal.readUInt8(journal.length - journalRowBytes + 8)).toBe(10)
})
