/** Presence, limits, expiry, metrics and draining of two nodes on real Redis and a real store, with plain Socket.IO clients. */
import { Socket as TcpSocket } from 'node:net'
import { Redis } from 'ioredis'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { ask, connect, joinRoom, openRealNodes, tokenOf } from './fixtures/real-nodes.ts'
import type { Connected, RealNode, RealNodes } from './fixtures/real-nodes.ts'
import type { PresenceView } from '../protocol.ts'

const ttlMs = 2000
/** Beat, round of the writer, round of the reader, and a slow machine. */
const boundMs = 3000
let cluster: RealNodes
let nodes: [RealNode, RealNode]
beforeAll(async () => {
  cluster = await openRealNodes('presence', {
    CHAT_HEARTBEAT_MS: '500',
    CHAT_PRESENCE_TTL_MS: String(ttlMs),
    CHAT_PRESENCE_BEAT_MS: '500',
    CHAT_PRESENCE_COALESCE_MS: '100',
    CHAT_TYPING_TTL_MS: '1000',
    CHAT_CONNECTIONS_PER_USER: '3',
    CHAT_ROOMS_PER_USER: '12',
    CHAT_PRESENCE_EVENTS_PER_SECOND: '200',
  })
  nodes = await cluster.startTwo()
})
afterAll(() => cluster[Symbol.asyncDispose]())

async function member(node: RealNode, user: string, room: string): Promise<Connected> {
  const client = await connect(node, user)
  await joinRoom(client, room)
  return client
}
async function viewOf(client: Connected, user: string): Promise<PresenceView> {
  const answer = await ask(client).emitWithAck('presence:get', { users: [user] })
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.users[user] ?? { state: 'unknown', lastSeenAt: -1 }
}
const stateEverywhere = async (observers: readonly Connected[], user: string) =>
  Promise.all(observers.map(async (observer) => (await viewOf(observer, user)).state))
const becomes = (observers: readonly Connected[], user: string, state: PresenceView['state'], timeout = boundMs) =>
  expect.poll(() => stateEverywhere(observers, user), { timeout, interval: 50 }).toEqual(observers.map(() => state))
function told({ socket }: Connected): Map<string, PresenceView> {
  const views = new Map<string, PresenceView>()
  socket.on('presence', ({ users }) => {
    for (const [user, view] of Object.entries(users)) views.set(user, view)
  })
  return views
}
async function withRedis<T>(work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(cluster.redis.url.href)
  try {
    return await work(client)
  } finally {
    client.disconnect()
  }
}
const presenceKeys = () => withRedis((client) => client.keys(`${cluster.runId}:presence:*`))

test('both nodes agree on online, idle and offline, tell their sockets, and know when who went was last seen', async () => {
  const ann = await member(nodes[0], 'ann', 'talk')
  const bob = await member(nodes[1], 'bob', 'talk')
  const eve = await member(nodes[0], 'eve', 'talk')
  const [toldBob, toldEve] = [told(bob), told(eve)]
  await becomes([bob, eve], 'ann', 'online')
  expect(await ask(ann).emitWithAck('presence:set', { state: 'idle' })).toEqual({ ok: true })
  await becomes([bob, eve], 'ann', 'idle')
  await expect.poll(() => [toldBob.get('ann')?.state, toldEve.get('ann')?.state], { timeout: boundMs }).toEqual(['idle', 'idle'])
  const second = await connect(nodes[1], 'ann', 'ann-2')
  await becomes([bob, eve], 'ann', 'online')
  const leftAtMs = Date.now()
  second.socket.disconnect()
  ann.socket.disconnect()
  await becomes([bob, eve], 'ann', 'offline')
  await expect.poll(() => [toldBob.get('ann')?.state, toldEve.get('ann')?.state], { timeout: boundMs }).toEqual(['offline', 'offline'])
  const views = [await viewOf(bob, 'ann'), await viewOf(eve, 'ann')]
  expect(views[0]).toEqual(views[1])
  expect(Math.abs((views[0]?.lastSeenAt ?? 0) - leftAtMs)).toBeLessThan(1000)
})

test('nothing is told of people without a common room', async () => {
  const ann = await member(nodes[0], 'ann', 'one')
  const stranger = await member(nodes[1], 'stranger', 'another')
  const seen = told(stranger)
  expect(await viewOf(stranger, 'ann')).toEqual({ state: 'unknown', lastSeenAt: null })
  expect(await ask(stranger).emitWithAck('typing', { room: 'one', typing: true })).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  await becomes([ann], 'ann', 'online')
  await becomes([stranger], 'stranger', 'online')
  expect([...seen.keys()].filter((user) => user !== 'stranger')).toEqual([])
})

test('who comes into a room is told who is there, who types and who has it open', async () => {
  const ann = await member(nodes[0], 'ann', 'lobby')
  await becomes([ann], 'ann', 'online')
  await ask(ann).emitWithAck('room:focus', { room: 'lobby' })
  const bob = await connect(nodes[1], 'bob')
  const views = told(bob)
  const here: string[][] = []
  bob.socket.on('room:here', ({ users }) => void here.push(users))
  await joinRoom(bob, 'lobby')
  await expect.poll(() => [views.get('ann')?.state, here.at(-1)], { timeout: boundMs }).toEqual(['online', ['ann']])
})

test('typing and the open room reach the other node and end by themselves', async () => {
  const ann = await member(nodes[0], 'ann', 'typing')
  const bob = await member(nodes[1], 'bob', 'typing')
  const typists: string[][] = []
  const here: string[][] = []
  bob.socket.on('typing', ({ users }) => void typists.push(users))
  bob.socket.on('room:here', ({ users }) => void here.push(users))
  expect(await ask(ann).emitWithAck('typing', { room: 'typing', typing: true })).toEqual({ ok: true })
  expect(await ask(ann).emitWithAck('room:focus', { room: 'typing' })).toEqual({ ok: true })
  await expect.poll(() => [typists, here], { timeout: boundMs }).toEqual([[['ann']], [['ann']]])
  // Nobody says that she stopped.
  await expect.poll(() => typists, { timeout: boundMs }).toEqual([['ann'], []])
  expect(here).toEqual([['ann']])
  ann.socket.disconnect()
  await expect.poll(() => here, { timeout: boundMs }).toEqual([['ann'], []])
})

test("a late disconnect of a device's old connection takes nothing from the newer one on the other node", async () => {
  const bob = await member(nodes[1], 'bob', 'late')
  const old = await member(nodes[0], 'ann', 'late')
  await becomes([bob], 'ann', 'online')
  const closed = new Promise((resolve) => void old.socket.once('disconnect', resolve))
  await connect(nodes[1], 'ann')
  await closed
  const states = new Set<string>()
  const closedAt = performance.now()
  // Longer than the TTL: the newer one beats by itself.
  const watchedMs = async () => {
    states.add((await viewOf(bob, 'ann')).state)
    return performance.now() - closedAt
  }
  await expect.poll(watchedMs, { timeout: 2 * ttlMs + boundMs, interval: 50 }).toBeGreaterThan(ttlMs + 1000)
  expect([...states]).toEqual(['online'])
})

test('a killed node leaves its people online for the TTL at most, and nothing without an expiry', async () => {
  const doomed = await cluster.start('node-3')
  const bob = await member(nodes[1], 'bob', 'killed')
  await member(doomed, 'ann', 'killed')
  await becomes([bob], 'ann', 'online')
  const ttls = await withRedis(async (client) => Promise.all((await client.keys(`${cluster.runId}:presence:*`)).map((key) => client.pttl(key))))
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
  await cluster.redis.kill()
  const seen = new Set<string | undefined>()
  try {
    const askedAt = performance.now()
    expect(await stateEverywhere([ann, bob], 'ann')).toEqual(['unknown', 'unknown'])
    expect(performance.now() - askedAt).toBeLessThan(1000)
    const carolAt = performance.now()
    await member(nodes[0], 'carol', 'cut')
    expect(performance.now() - carolAt).toBeLessThan(2000)
    await expect.poll(() => views.get('ann')?.state, { timeout: boundMs }).toBe('unknown')
    bob.socket.on('presence', ({ users }) => void seen.add(users['ann']?.state))
  } finally {
    await cluster.redis.restart()
  }
  await becomes([ann, bob], 'ann', 'online', boundMs + 1000)
  await becomes([ann, bob], 'carol', 'online')
  await expect.poll(() => views.get('ann')?.state, { timeout: boundMs }).toBe('online')
  expect([...seen]).not.toContain('offline')
})

test('a stalled Redis holds nobody up: unknown within the deadline, and online again afterwards', async () => {
  const ann = await member(nodes[0], 'ann', 'stalled')
  await becomes([ann], 'ann', 'online')
  cluster.redis.pause()
  try {
    const askedAt = performance.now()
    expect((await viewOf(ann, 'ann')).state).toBe('unknown')
    expect(performance.now() - askedAt).toBeLessThan(1000)
  } finally {
    cluster.redis.resume()
  }
  await becomes([ann], 'ann', 'online', boundMs + 1000)
})

test('after FLUSHALL nobody connected is ever called offline, and all are online again within the bound', async () => {
  const ann = await member(nodes[0], 'ann', 'flush')
  const bob = await member(nodes[1], 'bob', 'flush')
  await becomes([ann, bob], 'ann', 'online')
  const views: (string | undefined)[] = []
  bob.socket.on('presence', ({ users }) => void views.push(users['ann']?.state))
  await withRedis((client) => client.flushall())
  const states = new Set<string>([(await viewOf(bob, 'ann')).state])
  await becomes([ann, bob], 'ann', 'online')
  for (const state of views) if (state !== undefined) states.add(state)
  expect([...states]).not.toContain('offline')
})

test('an expiring token closes its socket with the reason; a renewed one lives on; nobody renews for somebody else', async () => {
  const short = await connect(nodes[0], 'short', 'short-1', 2)
  const renewed = await connect(nodes[0], 'renewed', 'renewed-1', 2)
  const reason = new Promise((resolve) => void short.socket.once('closing', resolve))
  const token = async (user: string, device: string, seconds = 600) => ({ token: await tokenOf(user, device, seconds) })
  expect(await ask(renewed).emitWithAck('token:renew', await token('ann', 'renewed-1'))).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  expect(await ask(renewed).emitWithAck('token:renew', await token('renewed', 'other'))).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  expect(await ask(renewed).emitWithAck('token:renew', await token('renewed', 'renewed-1', -5))).toMatchObject({
    ok: false,
    error: { code: 'token_expired' },
  })
  const answer = await ask(renewed).emitWithAck('token:renew', await token('renewed', 'renewed-1'))
  if (!answer.ok) throw new Error(answer.error.message)
  expect(answer.expiresAt).toBeGreaterThan(Date.now() + 500_000)
  expect(await reason).toEqual({ code: 'token_expired' })
  await expect.poll(() => short.socket.connected).toBe(false)
  // Both had the same expiry.
  await joinRoom(renewed, 'renewed')
})

test('connections and rooms over the quota are refused with the time to wait, and a device that comes again is not one more', async () => {
  const refused = { data: { code: 'rate_limited', retryAfterMs: expect.any(Number) } }
  const [first] = [await connect(nodes[0], 'many', 'd-1'), await connect(nodes[0], 'many', 'd-2'), await connect(nodes[0], 'many', 'd-3')]
  await expect(connect(nodes[0], 'many', 'd-4')).rejects.toMatchObject(refused)
  await connect(nodes[0], 'many', 'd-3')
  for (let index = 0; index < 12; index++) await joinRoom(first, `many-${index}`)
  expect(await ask(first).emitWithAck('join', { room: 'many-12', operationId: uuidv7() })).toMatchObject({
    ok: false,
    error: { code: 'rate_limited', retryAfterMs: expect.any(Number) },
  })
})

test('a slow consumer hears why before its socket closes; its node serves the others', async () => {
  const node = await cluster.start('node-4', { CHAT_SLOW_CONSUMER_PACKETS: '20', CHAT_SENDS_PER_SECOND: '100000' })
  const fast = await member(node, 'fast', 'slow')
  const slow = await member(node, 'slow', 'slow')
  const reason = new Promise((resolve) => void slow.socket.once('closing', resolve))
  const wire = rawSocketOf(slow)
  wire.pause()
  const send = (index: number) =>
    ask(fast).emitWithAck('message:send', {
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
function rawSocketOf({ socket }: Connected): { pause(): void; resume(): void } {
  const found: unknown = Reflect.get(Reflect.get(socket.io.engine.transport, 'ws') as object, '_socket')
  if (!(found instanceof TcpSocket)) throw new Error('no TCP socket below the websocket')
  return found
}
async function metric(node: RealNode, name: string): Promise<number> {
  const text = await (await fetch(`${node.url}/metrics`)).text()
  const line = text.split('\n').find((row) => row.startsWith(name) && !row.startsWith('#'))
  return Number(line?.slice(line.lastIndexOf(' ') + 1))
}

test('metrics count by Prometheus names, and say when Redis is away', async () => {
  const ann = await member(nodes[0], 'ann', 'metrics')
  const sent = { room: 'metrics', clientMessageId: uuidv7(), clientSeq: 1, attempt: 1, type: 'text' as const, body: 'hello', clientCreatedAt: 1 }
  expect(await ask(ann).emitWithAck('message:send', sent)).toMatchObject({ ok: true })
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
  await cluster.redis.kill()
  onTestFinished(() => cluster.redis.restart())
  await expect.poll(() => metric(nodes[0], 'chat_redis_up'), { timeout: boundMs }).toBe(0)
  await expect.poll(() => metric(nodes[0], 'chat_presence_errors_total'), { timeout: boundMs }).toBeGreaterThan(0)
})

test('a draining node is not ready, hints its clients, and takes its people from presence', async () => {
  const node = await cluster.start('node-5')
  const ann = await member(node, 'ann', 'drain')
  const bob = await member(nodes[0], 'bob', 'drain')
  await becomes([bob], 'ann', 'online')
  const hint = new Promise<{ afterMs: number }>((resolve) => void ann.socket.once('reconnect', resolve))
  const exit = node.process.stop(8000)
  expect((await hint).afterMs).toBeGreaterThanOrEqual(0)
  expect((await fetch(`${node.url}/health/ready`)).status).toBe(503)
  expect(await exit).toMatchObject({ code: 0 })
  await becomes([bob], 'ann', 'offline', ttlMs - 500)
})

test('when everybody has left and the TTL has passed, Redis holds nothing of presence', async () => {
  const ann = await member(nodes[0], 'ann', 'empty')
  await ask(ann).emitWithAck('room:focus', { room: 'empty' })
  await expect.poll(presenceKeys, { timeout: boundMs }).not.toEqual([])
  ann.socket.disconnect()
  await expect.poll(presenceKeys, { timeout: ttlMs + boundMs }).toEqual([])
})
