/** Kick and ban: done only when no node can serve the excluded user any more, whatever stands in between. */
import { MongoClient } from 'mongodb'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { ask, connect, entryAt, joinRoom, openRealNodes, say } from './fixtures/real-nodes.ts'
import type { Connected, RealNode, RealNodes } from './fixtures/real-nodes.ts'
import type { StoredLease } from './lease-store.ts'

const leaseMs = 1500
let cluster: RealNodes
let nodes: [RealNode, RealNode]
beforeAll(async () => {
  cluster = await openRealNodes('exclusions', { CHAT_LEASE_MS: `${leaseMs}`, CHAT_LEASE_RENEW_MS: '300', CHAT_EXCLUSION_WAIT_MS: '700' })
  nodes = await cluster.startTwo()
})
afterAll(() => cluster[Symbol.asyncDispose]())

const refused = (code: string) => ({ ok: false, error: { code } })
const kickOf = (room: string, userId: string) => ({ room, userId, operationId: uuidv7(), reason: 'enough' })
/** ann owns the room on node 1, bob is a member on node 2. */
async function roomOf(room: string): Promise<{ ann: Connected; bob: Connected; epoch: string }> {
  const [ann, bob] = [await connect(nodes[0], 'ann'), await connect(nodes[1], 'bob')]
  const epoch = await joinRoom(ann, room)
  await joinRoom(bob, room)
  return { ann, bob, epoch }
}
async function askUntilDone(asked: () => Promise<{ ok: boolean; state?: 'done' | 'pending' }>, timeout: number): Promise<void> {
  await vi.waitFor(async () => expect(await asked()).toMatchObject({ ok: true, state: 'done' }), { timeout, interval: 20 })
}

test('who is kicked is told so, and gets nothing that is committed after the ack, by any way, on either node', async () => {
  const room = 'kicks'
  const { ann, bob, epoch } = await roomOf(room)
  const bobToo = await connect(nodes[0], 'bob', 'bob-2')
  await ask(bobToo).emitWithAck('sync:begin', { rooms: { [room]: { epoch, appliedSeq: 2 } } })
  const kick = kickOf(room, 'bob')
  const kicked = await ask(ann).emitWithAck('member:kick', kick)
  if (!kicked.ok) throw new Error(kicked.error.message)
  expect(kicked).toMatchObject({ state: 'done', duplicate: false })
  for (const device of [bob, bobToo])
    expect(await entryAt(device, room, kicked.seq)).toMatchObject({ kind: 'leave', actorId: 'ann', change: { userId: 'bob', reason: 'enough' } })
  const secret = await say(ann, room, 'behind his back')
  await entryAt(ann, room, secret.seq)
  expect(await ask(ann).emitWithAck('member:kick', kick)).toEqual({ ...kicked, duplicate: true })
  expect(await ask(ann).emitWithAck('member:kick', kickOf(room, 'bob'))).toMatchObject(refused('not_found'))
  expect(await ask(ann).emitWithAck('member:kick', kickOf(room, 'ann'))).toMatchObject(refused('invalid'))
  for (const device of [bob, bobToo]) {
    expect(device.entries.filter((entry) => entry.room === room && entry.seq > kicked.seq)).toEqual([])
    expect(await ask(device).emitWithAck('range:get', { room, epoch, after: 0, upTo: secret.seq })).toMatchObject(refused('forbidden'))
    expect(await ask(device).emitWithAck('history:page', { room, limit: 10 })).toMatchObject(refused('forbidden'))
    await expect(say(device, room, 'still here?')).rejects.toThrow('forbidden')
    expect(await ask(device).emitWithAck('sync:begin', { rooms: { [room]: { epoch, appliedSeq: kicked.seq } } })).toMatchObject({ ok: true, rooms: [] })
  }
  // A kick is no ban.
  await joinRoom(bob, room)
  expect(await ask(bob).emitWithAck('range:get', { room, epoch, after: 0, upTo: secret.seq + 1 })).toMatchObject({
    ok: true,
    entries: [{ seq: 2 }, { seq: 3 }, { seq: 5 }],
  })
})

test('who is banned is out and stays out until the ban is taken back or over', async () => {
  const room = 'bans'
  const { ann, bob } = await roomOf(room)
  const ban = (banned: boolean, until: number | null = null) =>
    ask(ann).emitWithAck('member:ban', { room, userId: 'bob', banned, until, operationId: uuidv7() })
  const banned = await ban(true)
  expect(banned).toMatchObject({ ok: true, state: 'done' })
  if (banned.ok) await entryAt(bob, room, banned.seq)
  const { seq } = await say(ann, room, 'to those who are left')
  await entryAt(ann, room, seq)
  expect(bob.entries.filter((entry) => entry.room === room && entry.seq >= seq)).toEqual([])
  await expect(joinRoom(bob, room)).rejects.toThrow('banned')
  expect(await ban(false)).toMatchObject({ ok: true, state: 'done' })
  await joinRoom(bob, room)
  await ban(true, Date.now() + 500)
  await expect(joinRoom(bob, room)).rejects.toThrow('banned')
  await vi.waitFor(() => joinRoom(bob, room), { timeout: 3000 })
  // A stranger, too.
  expect(await ask(ann).emitWithAck('member:ban', { room, userId: 'eve', banned: true, until: null, operationId: uuidv7() })).toMatchObject({ ok: true })
  await expect(joinRoom(await connect(nodes[1], 'eve'), room)).rejects.toThrow('banned')
})

test('without Redis a kick is still done on every node: the store tells them', async () => {
  const room = 'no-redis'
  const { ann, bob } = await roomOf(room)
  await cluster.redis.kill()
  onTestFinished(() => cluster.redis.restart())
  const kick = kickOf(room, 'bob')
  await askUntilDone(() => ask(ann).emitWithAck('member:kick', kick), 4000)
  const { seq } = await say(ann, room, 'unheard')
  await entryAt(ann, room, seq)
  expect(bob.entries.filter((entry) => entry.seq >= seq)).toEqual([])
  await expect(say(bob, room, 'hello?')).rejects.toThrow('forbidden')
})

test('a node that is stopped past its lease keeps a kick pending until the lease is over, and drops its sockets when it goes on', async () => {
  const room = 'stopped'
  const { ann, bob, epoch } = await roomOf(room)
  const closed = new Promise<string>((resolve) => void bob.socket.once('disconnect', (reason) => resolve(reason)))
  const stopped = nodes[1].process
  stopped.signal('SIGSTOP')
  onTestFinished(() => stopped.signal('SIGCONT'))
  const kick = kickOf(room, 'bob')
  expect(await ask(ann).emitWithAck('member:kick', kick)).toMatchObject({ ok: true, state: 'pending', duplicate: false })
  await askUntilDone(() => ask(ann).emitWithAck('member:kick', kick), leaseMs + 2000)
  // By the store's own record: the last renewal of the stopped node may have been late on a busy machine.
  await using store = new MongoClient(cluster.mongo.url.href)
  const lease = await store
    .db('chat')
    .collection<StoredLease>('nodes')
    .findOne({ node: 'node-2' }, { sort: { renewedAt: -1 } })
  expect(Date.now()).toBeGreaterThanOrEqual((lease?.renewedAt.getTime() ?? Infinity) + leaseMs)
  const { seq } = await say(ann, room, 'unheard')
  await entryAt(ann, room, seq)
  stopped.signal('SIGCONT')
  expect(await closed).toMatch(/transport (close|error)|ping timeout/)
  expect(bob.entries.filter((entry) => entry.room === room && entry.seq >= seq)).toEqual([])

  const back = await vi.waitFor(() => connect(nodes[1], 'bob', 'bob-2'), { timeout: 5000 })
  expect(await ask(back).emitWithAck('range:get', { room, epoch, after: 0, upTo: seq })).toMatchObject(refused('forbidden'))
  expect(back.entries).toEqual([])
})

test('nodes that the store has not answered past their lease drop their sockets, and serve again once it does', async () => {
  const { ann, bob } = await roomOf('cut-off')
  const closed = Promise.all([ann, bob].map(({ socket }) => new Promise<string>((resolve) => void socket.once('disconnect', (reason) => resolve(reason)))))
  cluster.mongo.pause()
  onTestFinished(() => cluster.mongo.resume())
  const pausedAt = performance.now()
  await closed
  expect(performance.now() - pausedAt).toBeLessThan(leaseMs + 500)
  await expect(connect(nodes[0], 'ann')).rejects.toThrow('unavailable')
  cluster.mongo.resume()
  for (const [node, user] of [
    [nodes[0], 'ann'],
    [nodes[1], 'bob'],
  ] as const) {
    const back = await vi.waitFor(() => connect(node, user), { timeout: 10_000 })
    await say(back, 'cut-off', 'again')
  }
})

test('a node that dies is waited for no longer than its lease', async () => {
  const room = 'killed'
  const { ann } = await roomOf(room)
  nodes[1].process.signal('SIGKILL')
  await nodes[1].process.exited
  const kick = kickOf(room, 'bob')
  await askUntilDone(() => ask(ann).emitWithAck('member:kick', kick), leaseMs + 2000)
})
