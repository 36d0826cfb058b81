/** Every adapter, and none: what nodes tell each other by it, what the store tells them without it, and that nothing waits for Redis. */
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { adapterNames } from './adapters.ts'
import { ask, connect, entryAt, joinRoom, openRealNodes, openSocket, say, type Connected, type RealNode, type RealNodes } from './fixtures/real-nodes.ts'

let cluster: RealNodes
beforeAll(async () => {
  cluster = await openRealNodes('adapters')
})
afterAll(() => cluster[Symbol.asyncDispose]())

/** Ended with the test, so that the next one's nodes are alone. */
async function twoNodes(environment: Readonly<Record<string, string>>): Promise<[RealNode, RealNode]> {
  const nodes = await cluster.startTwo(environment)
  onTestFinished(async () => {
    await Promise.all(nodes.map(({ process }) => process.stop(5000)))
  })
  return nodes
}
async function pair(nodes: readonly [RealNode, RealNode], room: string) {
  const [ann, bob] = [await connect(nodes[0], `ann-${room}`), await connect(nodes[1], `bob-${room}`)]
  const epoch = await joinRoom(ann, room)
  await joinRoom(bob, room)
  return { ann, bob, epoch }
}
/** Whether a heartbeat has told this socket of the head. */
function headTold({ socket }: Connected, room: string, head: number): Promise<void> {
  let told = 0
  socket.on('heartbeat', ({ rooms }) => (told = Math.max(told, rooms[room]?.head ?? 0)))
  return vi.waitFor(() => expect(told).toBeGreaterThanOrEqual(head), { timeout: 4000 })
}
const code = (socket: Connected['socket']) => new Promise((resolve) => void socket.once('closing', ({ code: why }) => resolve(why)))
async function isReady({ url }: RealNode): Promise<boolean> {
  return (await fetch(`${url}/health/ready`)).ok
}

test.each(adapterNames.filter((name) => name !== 'none'))(
  '%s: an entry reaches the other node live, and after an outage of Redis again',
  async (adapter) => {
    const nodes = await twoNodes({ CHAT_ADAPTER: adapter })
    const room = `live-${adapter}`
    const { ann, bob } = await pair(nodes, room)
    expect(await entryAt(bob, room, (await say(ann, room, 'hello')).seq)).toMatchObject({ message: { body: 'hello' } })

    await cluster.redis.kill()
    onTestFinished(() => cluster.redis.restart())
    const cut = headTold(bob, room, (await say(ann, room, 'into the void')).seq)
    expect(await Promise.all(nodes.map(isReady))).toEqual([true, true])
    await cut
    await cluster.redis.restart()
    await vi.waitFor(async () => entryAt(bob, room, (await say(ann, room, 'again')).seq), { timeout: 10_000 })
    for (const { process } of nodes) expect(process.tail()).not.toContain('uncaught exception')
  },
  30_000,
)

test.each(adapterNames)(
  '%s: with Redis away from the start nodes are ready, and connect, send, sync and ack; presence is unknown',
  async (adapter) => {
    const nowhere = `redis://127.0.0.1:${await cluster.runtime.port()}`
    const nodes = await twoNodes({ CHAT_ADAPTER: adapter, CHAT_REDIS_URL: nowhere })
    const room = `away-${adapter}`
    const { ann, bob, epoch } = await pair(nodes, room)
    const { seq } = await say(ann, room, 'nobody carries it')
    await headTold(bob, room, seq)
    expect(await ask(bob).emitWithAck('range:get', { room, epoch, after: 1, upTo: seq })).toMatchObject({ ok: true, entries: [{ seq: 2 }, { seq }] })
    expect(await ask(bob).emitWithAck('sync:begin', { rooms: { [room]: { epoch, appliedSeq: seq } } })).toMatchObject({ ok: true, rooms: [room] })
    expect(await ask(ann).emitWithAck('presence:get', { users: [`bob-${room}`] })).toMatchObject({ users: { [`bob-${room}`]: { state: 'unknown' } } })
    expect(await Promise.all(nodes.map(isReady))).toEqual([true, true])
  },
  30_000,
)

test('a client that polls connects, sends and receives, and its node lives on', async () => {
  const nodes = await twoNodes({ CHAT_ADAPTER: 'classic' })
  const socket = await openSocket(nodes[0].url, { user: 'polly' }, { transports: ['polling'] })
  const polly: Connected = { socket, entries: [] }
  socket.on('entry', (entry) => polly.entries.push(entry))
  const greeted = new Promise((resolve) => void socket.once('hello', resolve))
  socket.connect()
  await greeted
  const epoch = await joinRoom(polly, 'polled')
  await ask(polly).emitWithAck('sync:begin', { rooms: { polled: { epoch, appliedSeq: 0 } } })
  await entryAt(polly, 'polled', (await say(polly, 'polled', 'over HTTP')).seq)
  expect(await isReady(nodes[0])).toBe(true)
})

test('none: the heartbeat tells the other node, a kick is done on both, and a newer connection of a device ends the older one there', async () => {
  const nodes = await twoNodes({ CHAT_ADAPTER: 'none' })
  const room = 'apart'
  const { ann, bob } = await pair(nodes, room)
  const { seq } = await say(ann, room, 'by the heartbeat')
  await headTold(bob, room, seq)
  expect(bob.entries.filter((entry) => entry.seq === seq)).toEqual([])
  await vi.waitFor(
    async () =>
      expect(await ask(ann).emitWithAck('member:kick', { room, userId: `bob-${room}`, operationId: uuidv7(), reason: 'enough' })).toMatchObject({
        ok: true,
        state: 'done',
      }),
    { timeout: 4000 },
  )
  const older = await connect(nodes[0], 'carol')
  const ended = code(older.socket)
  await connect(nodes[1], 'carol')
  expect(await ended).toBe('connected_elsewhere')
}, 30_000)
