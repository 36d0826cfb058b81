/** Presence, limits, expiry, metrics and draining of two nodes on real Redis and a real store, with plain Socket.IO clients. */
import { mkdtemp, rm } from 'node:fs/promises'
import { Socket as TcpSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { io } from 'socket.io-client'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createProcessRuntime } from '../cluster/process-runtime.ts'
import { components, findComponent } from '../components/table.ts'
import { signToken } from './tokens.ts'
import type { Socket } from 'socket.io-client'
import type { Running, Runtime } from '../cluster/runtime.ts'
import type { FindOptions, RunningComponent } from '../components/component.ts'
import type { ClientToServer, PresenceView, ServerToClient } from '../protocol.ts'

type Client = Socket<ServerToClient, ClientToServer>
interface Node {
  name: string
  url: string
  process: Running
}

const secret = 'a secret for tests only'
const options: FindOptions = { install: true, urls: {}, progress: (line) => void process.stderr.write(`${line}\n`) }
const runId = `presence-${process.pid}`
const ttlMs = 2000
/** Beat, round of the writer, round of the reader, and a slow machine. */
const boundMs = 3000
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
      CHAT_MONGO_DATABASE: 'presence',
      CHAT_JWT_SECRET: secret,
      CHAT_HEARTBEAT_MS: '500',
      CHAT_PRESENCE_TTL_MS: String(ttlMs),
      CHAT_PRESENCE_BEAT_MS: '500',
      CHAT_PRESENCE_COALESCE_MS: '100',
      CHAT_TYPING_TTL_MS: '1000',
      CHAT_CONNECTIONS_PER_USER: '3',
      CHAT_ROOMS_PER_USER: '12',
      CHAT_PRESENCE_EVENTS_PER_SECOND: '200',
      ...environment,
    },
  })
  const [, url = ''] = await running.line(/ready on (http:\/\/[\d.:]+)/, 10_000)
  await vi.waitFor(async () => expect((await fetch(`${url}/health/ready`)).status).toBe(200), { timeout: 10_000 })
  return { name, url, process: running }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shakedown-presence-'))
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
async function connect(node: Node, user: string, device = `${user}-1`, ttlSeconds = 600): Promise<Client> {
  const socket: Client = io(node.url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { token: await signToken(secret, user, device, ttlSeconds), deviceId: device, connectionNumber: ++connections },
  })
  onTestFinished(() => void socket.disconnect())
  await new Promise<void>((resolve, reject) => {
    socket.once('hello', () => resolve())
    socket.once('connect_error', reject)
  })
  return socket
}
const deadline = (socket: Client) => socket.timeout(5000)
const joinRoom = async (socket: Client, room: string) =>
  expect(await deadline(socket).emitWithAck('join', { room, operationId: uuidv7() })).toMatchObject({ ok: true })
async function member(node: Node, user: string, room: string, device?: string): Promise<Client> {
  const socket = await connect(node, user, device)
  await joinRoom(socket, room)
  return socket
}
async function ask(socket: Client, user: string): Promise<PresenceView> {
  const answer = await deadline(socket).emitWithAck('presence:get', { users: [user] })
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.users[user] ?? { state: 'unknown', lastSeenAt: -1 }
}
const stateEverywhere = async (observers: readonly Client[], user: string) => Promise.all(observers.map(async (observer) => (await ask(observer, user)).state))
const becomes = (observers: readonly Client[], user: string, state: PresenceView['state'], timeout = boundMs) =>
  expect.poll(() => stateEverywhere(observers, user), { timeout, interval: 50 }).toEqual(observers.map(() => state))
function told(socket: Client): Map<string, PresenceView> {
  const views = new Map<string, PresenceView>()
  socket.on('presence', ({ users }) => {
    for (const [user, view] of Object.entries(users)) views.set(user, view)
  })
  return views
}
async function withRedis<T>(work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(redis.url.href)
  try {
    return await work(client)
  } finally {
    client.disconnect()
  }
}
const presenceKeys = () => withRedis((client) => client.keys(`${runId}:presence:*`))

test('both nodes agree on online, idle and offline, tell their sockets, and know when who went was last seen', async () => {
  const ann = await member(nodes[0], 'ann', 'talk')
  const bob = await member(nodes[1], 'bob', 'talk')
  const eve = await member(nodes[0], 'eve', 'talk')
  const [toldBob, toldEve] = [told(bob), told(eve)]
  await becomes([bob, eve], 'ann', 'online')
  expect(await deadline(ann).emitWithAck('presence:set', { state: 'idle' })).toEqual({ ok: true })
  await becomes([bob, eve], 'ann', 'idle')
  await expect.poll(() => [toldBob.get('ann')?.state, toldEve.get('ann')?.state], { timeout: boundMs }).toEqual(['idle', 'idle'])
  const second = await connect(nodes[1], 'ann', 'ann-2')
  await becomes([bob, eve], 'ann', 'online')
  const leftAtMs = Date.now()
  second.disconnect()
  ann.disconnect()
  await becomes([bob, eve], 'ann', 'offline')
  await expect.poll(() => [toldBob.get('ann')?.state, toldEve.get('ann')?.state], { timeout: boundMs }).toEqual(['offline', 'offline'])
  const views = [await ask(bob, 'ann'), await ask(eve, 'ann')]
  expect(views[0]).toEqual(views[1])
  expect(Math.abs((views[0]?.lastSeenAt ?? 0) - leftAtMs)).toBeLessThan(1000)
})

test('nothing is told of people without a common room', async () => {
  const ann = await member(nodes[0], 'ann', 'one')
  const stranger = await member(nodes[1], 'stranger', 'another')
  const seen = told(stranger)
  expect(await ask(stranger, 'ann')).toEqual({ state: 'unknown', lastSeenAt: null })
  expect(await deadline(stranger).emitWithAck('typing', { room: 'one', typing: true })).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  await becomes([ann], 'ann', 'online')
  await becomes([stranger], 'stranger', 'online')
  expect([...seen.keys()].filter((user) => user !== 'stranger')).toEqual([])
})

test('who comes into a room is told who is there, who types and who has it open', async () => {
  const ann = await member(nodes[0], 'ann', 'lobby')
  await becomes([ann], 'ann', 'online')
  await deadline(ann).emitWithAck('room:focus', { room: 'lobby' })
  const bob = await connect(nodes[1], 'bob')
  const views = told(bob)
  const here: string[][] = []
  bob.on('room:here', ({ users }) => void here.push(users))
  await joinRoom(bob, 'lobby')
  await expect.poll(() => [views.get('ann')?.state, here.at(-1)], { timeout: boundMs }).toEqual(['online', ['ann']])
})

test('typing and the open room reach the other node and end by themselves', async () => {
  const ann = await member(nodes[0], 'ann', 'typing')
  const bob = await member(nodes[1], 'bob', 'typing')
  const typists: string[][] = []
  const here: string[][] = []
  bob.on('typing', ({ users }) => void typists.push(users))
  bob.on('room:here', ({ users }) => void here.push(users))
  expect(await deadline(ann).emitWithAck('typing', { room: 'typing', typing: true })).toEqual({ ok: true })
  expect(await deadline(ann).emitWithAck('room:focus', { room: 'typing' })).toEqual({ ok: true })
  await expect.poll(() => [typists, here], { timeout: boundMs }).toEqual([[['ann']], [['ann']]])
  // Nobody says that she stopped.
  await expect.poll(() => typists, { timeout: boundMs }).toEqual([['ann'], []])
  expect(here).toEqual([['ann']])
  ann.disconnect()
  await expect.poll(() => here, { timeout: boundMs }).toEqual([['ann'], []])
})

test("a late disconnect of a device's old connection takes nothing from the newer one on the other node", async () => {
  const bob = await member(nodes[1], 'bob', 'late')
  const old = await member(nodes[0], 'ann', 'late')
  await becomes([bob], 'ann', 'online')
  const closed = new Promise((resolve) => void old.once('disconnect', resolve))
  await connect(nodes[1], 'ann')
  await closed
  const states = new Set<string>()
  const closedAt = performance.now()
  // Longer than the TTL: the newer one beats by itself.
  const watchedMs = async () => {
    states.add((await ask(bob, 'ann')).state)
    return performance.now() - closedAt
  }
  await expect.poll(watchedMs, { timeout: 2 * ttlMs + boundMs, interval: 50 }).toBeGreaterThan(ttlMs + 1000)
  expect([...states]).toEqual(['online'])
})

test('a killed node leaves its people online for the TTL at most, and nothing without an expiry', async () => {
  const doomed = await startNode('node-3')
  const bob = await member(nodes[1], 'bob', 'killed')
  await member(doomed, 'ann', 'killed')
  await becomes([bob], 'ann', 'online')
  const ttls = await withRedis(async (client) => Promise.all((await client.keys(`${runId}:presence:*`)).map((key) => client.pttl(key))))
  expect(Math.min(...ttls)).toBeGreaterThan(0)
  doomed.process.signal('SIGKILL')
  await becomes([bob], 'ann', 'offline', ttlMs + boundMs)
})

test('without Redis everybody is unknown at once, sockets hear it, and after a restart with nothing left everybody is online again', async () => {
  const ann = await member(nodes[0], 'ann', 'cut')
  const bob = await member(nodes[1], 'bob', 'cut')
  const views = told(bob)
  await becomes([ann, bob], 'ann', 'online')
  await expect.poll(() => views.get('ann')?.state, { timeout: boundMs }).toBe('online')
  await redis.kill()
  const seen = new Set<string | undefined>()
  try {
    const askedAt = performance.now()
    expect(await stateEverywhere([ann, bob], 'ann')).toEqual(['unknown', 'unknown'])
    expect(performance.now() - askedAt).toBeLessThan(1000)
    const carolAt = performance.now()
    await member(nodes[0], 'carol', 'cut')
    expect(performance.now() - carolAt).toBeLessThan(2000)
    await expect.poll(() => views.get('ann')?.state, { timeout: boundMs }).toBe('unknown')
    bob.on('presence', ({ users }) => void seen.add(users['ann']?.state))
  } finally {
    await redis.restart()
  }
  await becomes([ann, bob], 'ann', 'online', boundMs + 1000)
  await becomes([ann, bob], 'carol', 'online')
  await expect.poll(() => views.get('ann')?.state, { timeout: boundMs }).toBe('online')
  expect([...seen]).not.toContain('offline')
})

test('a stalled Redis holds nobody up: unknown within the deadline, and online again afterwards', async () => {
  const ann = await member(nodes[0], 'ann', 'stalled')
  await becomes([ann], 'ann', 'online')
  redis.pause()
  try {
    const askedAt = performance.now()
    expect((await ask(ann, 'ann')).state).toBe('unknown')
    expect(performance.now() - askedAt).toBeLessThan(1000)
  } finally {
    redis.resume()
  }
  await becomes([ann], 'ann', 'online', boundMs + 1000)
})

test('after FLUSHALL nobody connected is ever called offline, and all are online again within the bound', async () => {
  const ann = await member(nodes[0], 'ann', 'flush')
  const bob = await member(nodes[1], 'bob', 'flush')
  await becomes([ann, bob], 'ann', 'online')
  const views: (string | undefined)[] = []
  bob.on('presence', ({ users }) => void views.push(users['ann']?.state))
  await withRedis((client) => client.flushall())
  const states = new Set<string>([(await ask(bob, 'ann')).state])
  await becomes([ann, bob], 'ann', 'online')
  for (const state of views) if (state !== undefined) states.add(state)
  expect([...states]).not.toContain('offline')
})

test('an expiring token closes its socket with the reason; a renewed one lives on; nobody renews for somebody else', async () => {
  const short = await connect(nodes[0], 'short', 'short-1', 2)
  const renewed = await connect(nodes[0], 'renewed', 'renewed-1', 2)
  const reason = new Promise((resolve) => void short.once('closing', resolve))
  const token = async (user: string, device: string, seconds = 600) => ({ token: await signToken(secret, user, device, seconds) })
  expect(await deadline(renewed).emitWithAck('token:renew', await token('ann', 'renewed-1'))).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  expect(await deadline(renewed).emitWithAck('token:renew', await token('renewed', 'other'))).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  expect(await deadline(renewed).emitWithAck('token:renew', await token('renewed', 'renewed-1', -5))).toMatchObject({
    ok: false,
    error: { code: 'token_expired' },
  })
  const answer = await deadline(renewed).emitWithAck('token:renew', await token('renewed', 'renewed-1'))
  if (!answer.ok) throw new Error(answer.error.message)
  expect(answer.expiresAt).toBeGreaterThan(Date.now() + 500_000)
  expect(await reason).toEqual({ code: 'token_expired' })
  await expect.poll(() => short.connected).toBe(false)
  // Both had the same expiry.
  await joinRoom(renewed, 'renewed')
})

test('connections and rooms over the quota are refused with the time to wait, and a device that comes again is not one more', async () => {
  const refused = { data: { code: 'rate_limited', retryAfterMs: expect.any(Number) } }
  const [first] = [await connect(nodes[0], 'many', 'd-1'), await connect(nodes[0], 'many', 'd-2'), await connect(nodes[0], 'many', 'd-3')]
  await expect(connect(nodes[0], 'many', 'd-4')).rejects.toMatchObject(refused)
  await connect(nodes[0], 'many', 'd-3')
  for (let index = 0; index < 12; index++) await joinRoom(first, `many-${index}`)
  expect(await deadline(first).emitWithAck('join', { room: 'many-12', operationId: uuidv7() })).toMatchObject({
    ok: false,
    error: { code: 'rate_limited', retryAfterMs: expect.any(Number) },
  })
})

test('a slow consumer hears why before its socket closes; its node serves the others', async () => {
  const node = await startNode('node-4', { CHAT_SLOW_CONSUMER_PACKETS: '20', CHAT_SENDS_PER_SECOND: '100000' })
  const fast = await member(node, 'fast', 'slow')
  const slow = await member(node, 'slow', 'slow')
  const reason = new Promise((resolve) => void slow.once('closing', resolve))
  const wire = rawSocketOf(slow)
  wire.pause()
  const send = (index: number) =>
    deadline(fast).emitWithAck('message:send', {
      room: 'slow',
      clientMessageId: uuidv7(),
      clientSeq: index,
      attempt: 1,
      type: 'text',
      body: 'x'.repeat(8000),
      clientCreatedAt: 1,
    })
  let index = 0
  await vi.waitFor(
    async () => {
      await Promise.all(Array.from({ length: 100 }, () => send(++index)))
      expect(await metric(node, 'chat_slow_consumers_total')).toBe(1)
    },
    { timeout: 30_000, interval: 10 },
  )
  wire.resume()
  expect(await reason).toEqual({ code: 'slow_consumer' })
  await expect.poll(() => metric(node, 'chat_connections'), { timeout: 5000 }).toBe(1)
  expect(await send(++index)).toMatchObject({ ok: true })
}, 60_000)

/** The client's own end of the TCP connection, so that it can stop reading. */
function rawSocketOf(socket: Client): { pause(): void; resume(): void } {
  const found: unknown = Reflect.get(Reflect.get(socket.io.engine.transport, 'ws') as object, '_socket')
  if (!(found instanceof TcpSocket)) throw new Error('no TCP socket below the websocket')
  return found
}
async function metric(node: Node, name: string): Promise<number> {
  const text = await (await fetch(`${node.url}/metrics`)).text()
  const line = text.split('\n').find((row) => row.startsWith(name) && !row.startsWith('#'))
  return Number(line?.slice(line.lastIndexOf(' ') + 1))
}

test('metrics count by Prometheus names, and say when Redis is away', async () => {
  const ann = await member(nodes[0], 'ann', 'metrics')
  const sent = { room: 'metrics', clientMessageId: uuidv7(), clientSeq: 1, attempt: 1, type: 'text' as const, body: 'hello', clientCreatedAt: 1 }
  expect(await deadline(ann).emitWithAck('message:send', sent)).toMatchObject({ ok: true })
  const response = await fetch(`${nodes[0].url}/metrics`)
  expect(response.headers.get('content-type')).toContain('text/plain')
  const text = await response.text()
  const names = [...text.matchAll(/^# TYPE (chat_\S+) (\S+)/gm)].map(([, name = '', type = '']) => ({ name, type }))
  expect(names.filter(({ name, type }) => (type === 'counter') !== name.endsWith('_total'))).toEqual([])
  for (const line of [
    'chat_sends_total{outcome="ok"} 1',
    'chat_ack_seconds_count{event="message:send"} 1',
    'chat_relays_total',
    'chat_redis_up 1',
    'chat_mongo_up 1',
  ])
    expect(text).toContain(line)
  await redis.kill()
  onTestFinished(() => redis.restart())
  await expect.poll(() => metric(nodes[0], 'chat_redis_up'), { timeout: boundMs }).toBe(0)
  await expect.poll(() => metric(nodes[0], 'chat_presence_errors_total'), { timeout: boundMs }).toBeGreaterThan(0)
})

test('a draining node is not ready, hints its clients, and takes its people from presence', async () => {
  const node = await startNode('node-5')
  const ann = await member(node, 'ann', 'drain')
  const bob = await member(nodes[0], 'bob', 'drain')
  await becomes([bob], 'ann', 'online')
  const hint = new Promise<{ afterMs: number }>((resolve) => void ann.once('reconnect', resolve))
  const exit = node.process.stop(8000)
  expect((await hint).afterMs).toBeGreaterThanOrEqual(0)
  expect((await fetch(`${node.url}/health/ready`)).status).toBe(503)
  expect(await exit).toMatchObject({ code: 0 })
  await becomes([bob], 'ann', 'offline', ttlMs - 500)
})

test('when everybody has left and the TTL has passed, Redis holds nothing of presence', async () => {
  const ann = await member(nodes[0], 'ann', 'empty')
  await deadline(ann).emitWithAck('room:focus', { room: 'empty' })
  await expect.poll(presenceKeys, { timeout: boundMs }).not.toEqual([])
  ann.disconnect()
  await expect.poll(presenceKeys, { timeout: ttlMs + boundMs }).toEqual([])
})
