/** Where connections are bound to rooms: a room whose newest connection came to another node follows it. */
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { ask, joinRoom, openRealNodes, openSocket, type Connected, type RealNode, type RealNodes } from './fixtures/real-nodes.ts'

let cluster: RealNodes
let nodes: [RealNode, RealNode]
let store: MongoClient
beforeAll(async () => {
  cluster = await openRealNodes('room-hosts', { CHAT_ADAPTER: 'none' })
  nodes = await cluster.startTwo()
  store = await MongoClient.connect(cluster.mongo.url.href)
})
afterAll(async () => {
  await store.close()
  await cluster[Symbol.asyncDispose]()
})

async function bound(node: RealNode, user: string, room: string): Promise<Connected> {
  const socket = await openSocket(node.url, { user }, { query: { room } })
  await new Promise<void>((resolve, reject) => {
    socket.once('hello', () => resolve())
    socket.once('connect_error', reject)
    socket.connect()
  })
  return { socket, entries: [] }
}
async function enter(client: Connected, room: string): Promise<void> {
  const epoch = await joinRoom(client, room)
  await ask(client).emitWithAck('sync:begin', { rooms: { [room]: { epoch, appliedSeq: 0 } } })
}

test("connections of a room at a node that isn't its host any more are asked to come again, and closed when they stay", async () => {
  const ann = await bound(nodes[0], 'ann', 'split')
  await enter(ann, 'split')
  // Of two nodes that take a room in the same round either may become its host.
  await vi.waitFor(
    async () =>
      expect(
        await store
          .db('chat')
          .collection('rooms')
          .findOne({ host: { $exists: true } }),
      ).not.toBeNull(),
    { timeout: 5000 },
  )
  const hints: number[] = []
  ann.socket.on('reconnect', ({ afterMs }) => hints.push(afterMs))
  const closed = new Promise((resolve) => void ann.socket.once('disconnect', resolve))
  const bob = await bound(nodes[1], 'bob', 'split')
  await enter(bob, 'split')
  expect(await closed).toMatch(/transport/)
  expect(hints).toHaveLength(1)
  expect(bob.socket.connected).toBe(true)
})

test('a device keeps its connections to several rooms, and one of them ends when the same room is connected anew', async () => {
  const [first, second] = [await bound(nodes[0], 'carol', 'one'), await bound(nodes[0], 'carol', 'two')]
  const closed = new Promise((resolve) => void first.socket.once('closing', resolve))
  const anew = await bound(nodes[0], 'carol', 'one')
  onTestFinished(() => void anew.socket.disconnect())
  expect(await closed).toEqual({ code: 'connected_elsewhere' })
  expect(second.socket.connected).toBe(true)
})

test("a connection for what is no room's name is refused", async () => {
  const socket = await openSocket(nodes[0].url, { user: 'dave' }, { query: { room: '__proto__' } })
  const refused = new Promise<string>((resolve) => void socket.once('connect_error', ({ message }) => resolve(message)))
  socket.connect()
  expect(await vi.waitFor(() => refused)).toBe('invalid')
})
