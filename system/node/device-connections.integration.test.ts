/** A device's older connection ends at whatever node it is, also where no adapter tells of the newer one; what has ended keeps nobody out. */
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openRealNodes, openSocket, tokenOf, type RealNode, type RealNodes } from './fixtures/real-nodes.ts'

let cluster: RealNodes
let nodes: [RealNode, RealNode]
let store: MongoClient
beforeAll(async () => {
  cluster = await openRealNodes('device-connections', { CHAT_ADAPTER: 'none' })
  nodes = await cluster.startTwo()
  store = await MongoClient.connect(cluster.mongo.url.href)
})
afterAll(async () => {
  await store.close()
  await cluster[Symbol.asyncDispose]()
})

async function connected(node: RealNode, user: string, connectionNumber: number) {
  const deviceId = `${user}-1`
  const socket = await openSocket(node.url, { user }, { auth: { token: await tokenOf(user, deviceId), deviceId, connectionNumber } })
  const closings: string[] = []
  socket.on('closing', ({ code }) => void closings.push(code))
  const hello = new Promise<void>((resolve, reject) => {
    socket.once('hello', () => resolve())
    socket.once('connect_error', reject)
  })
  await hello
  return { socket, closings }
}

test('an older connection at another node ends with connected_elsewhere', async () => {
  const older = await connected(nodes[0], 'ann', 4)
  const newer = await connected(nodes[1], 'ann', 5)
  await vi.waitFor(() => expect(older.closings).toEqual(['connected_elsewhere']), { timeout: 10_000 })
  expect(newer.socket.connected).toBe(true)
})

test('a device that has lost its storage counts from 1 again, and stays connected', async () => {
  const before = await connected(nodes[0], 'bob', 7)
  await vi.waitFor(async () => expect(await told(7)).toBe(true), { timeout: 10_000 })
  before.socket.disconnect()
  const anew = await connected(nodes[0], 'bob', 1)
  await vi.waitFor(async () => expect(await told(1)).toBe(true), { timeout: 10_000 })
  expect(anew.closings).toEqual([])
  expect(anew.socket.connected).toBe(true)
})

/** Whether the store has a latest connection of this number. */
async function told(connectionNumber: number): Promise<boolean> {
  return (await store.db('chat').collection('connections').findOne({ connectionNumber })) !== null
}
