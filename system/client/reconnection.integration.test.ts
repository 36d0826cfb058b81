/** Every way back to a room, on real nodes: what a client shows afterwards is what the room holds, once and in order. */
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openRealNodes, tokenOf } from '../node/fixtures/real-nodes.ts'
import type { RealNode, RealNodes } from '../node/fixtures/real-nodes.ts'
import { openLink } from './fixtures/link.ts'
import { connectedClient } from './fixtures/test-client.ts'
import type { TestClient, TestClientOptions } from './fixtures/test-client.ts'
import { memoryStorage } from './storage.ts'

let nodes: RealNodes
let first: RealNode
let second: RealNode
beforeAll(async () => {
  nodes = await openRealNodes('reconnection', { CHAT_SENDS_PER_SECOND: '100000' })
  ;[first, second] = await nodes.startTwo()
})
afterAll(() => nodes[Symbol.asyncDispose]())

const open = (user: string, url: string, more: Partial<TestClientOptions> = {}): Promise<TestClient> => {
  const device = more.device ?? `${user}-1`
  return connectedClient({ url, user, token: () => tokenOf(user, device), ...more, device })
}
const quiet = (...clients: TestClient[]): Promise<void> =>
  vi.waitFor(() => expect(clients.map(({ client }) => client.pending())).toEqual(clients.map(() => null)), { timeout: 30_000, interval: 20 })
const sendAll = (from: TestClient, room: string, texts: readonly string[]): string[] => texts.map((text) => from.client.send(room, text))
const texts = (name: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${name} ${index}`)

test('a gap over the limit is not replayed but reset, and paged back to where the client was', async () => {
  await using ann = await open('ann', first.url)
  await using bob = await open('bob', second.url)
  await ann.client.join('gap')
  await bob.client.join('gap')
  const before = texts('before', 5)
  sendAll(bob, 'gap', before)
  await quiet(ann, bob)
  bob.client.disconnect()
  const missed = texts('missed', 1050)
  sendAll(ann, 'gap', missed)
  await quiet(ann)
  await bob.client.connect(15_000)
  await quiet(bob)
  expect(bob.told.resets.get('gap')).toEqual(['gap_over_limit'])
  expect(bob.bodies('gap')).toEqual([...before, ...missed])
  expect(bob.gapless('gap')).toBe(true)
})

test('a reload brings every room back, and the status of what was sent before', async () => {
  await using bob = await open('bob', second.url)
  await bob.client.join('reload')
  const storage = memoryStorage()
  const before = await open('ann', first.url, { storage })
  await before.client.join('reload')
  const [id = ''] = sendAll(before, 'reload', texts('first', 150))
  await quiet(before, bob)
  await before[Symbol.asyncDispose]()
  await using ann = await open('ann', first.url, { storage })
  await quiet(ann, bob)
  expect(ann.client.rooms()).toContain('reload')
  expect(ann.bodies('reload')).toEqual(texts('first', 150))
  await vi.waitFor(() => expect(ann.client.statusOf(id)).toEqual({ status: 'read', deliveredTo: 1, readBy: 1, of: 1 }), { timeout: 5_000 })
  sendAll(ann, 'reload', ['second'])
  await quiet(ann, bob)
  expect(bob.bodies('reload')).toEqual([...texts('first', 150), 'second'])
})

test('a client goes on at another node, with what it sent meanwhile', async () => {
  await using link = await openLink(first.port)
  await using ann = await open('ann', link.url)
  await using bob = await open('bob', second.url)
  await ann.client.join('elsewhere')
  await bob.client.join('elsewhere')
  sendAll(ann, 'elsewhere', texts('a', 5))
  link.cut()
  sendAll(ann, 'elsewhere', texts('b', 5))
  sendAll(bob, 'elsewhere', texts('c', 5))
  link.leadTo(second.port)
  link.mend()
  await vi.waitFor(() => expect(ann.told.nodes).toEqual(['node-1', 'node-2']), { timeout: 10_000 })
  await quiet(ann, bob)
  for (const name of ['a', 'b', 'c']) expect(ann.bodies('elsewhere').filter((body) => body?.startsWith(name))).toEqual(texts(name, 5))
  expect(ann.bodies('elsewhere')).toHaveLength(15)
  expect(ann.bodies('elsewhere')).toEqual(bob.bodies('elsewhere'))
  expect(ann.gapless('elsewhere')).toBe(true)
})

test('a room of another epoch, as from a restored store, is shown as it is now', async () => {
  await using ann = await open('ann', first.url)
  await using bob = await open('bob', second.url)
  await ann.client.join('restored')
  await bob.client.join('restored')
  sendAll(ann, 'restored', texts('kept', 3))
  await quiet(ann, bob)
  sendAll(ann, 'restored', texts('lost', 3))
  await quiet(ann, bob)

  const mongo = await new MongoClient(nodes.mongo.url.href).connect()
  const database = mongo.db('chat')
  await database.collection('room_log').deleteMany({ roomId: 'restored', seq: { $gt: 5 } })
  await database.collection('room_log').updateMany({ roomId: 'restored' }, { $set: { epoch: 'restored-epoch' } })
  await database.collection<{ _id: string }>('rooms').updateOne({ _id: 'restored' }, { $set: { epoch: 'restored-epoch', foldedThrough: 0 } })
  await mongo.close()

  await vi.waitFor(() => expect([ann, bob].map(({ told }) => told.resets.get('restored'))).toEqual([['epoch_changed'], ['epoch_changed']]), { timeout: 15_000 })
  await quiet(ann, bob)
  expect(ann.bodies('restored')).toEqual(texts('kept', 3))
  sendAll(bob, 'restored', ['new'])
  await quiet(ann, bob)
  expect([ann.bodies('restored'), bob.bodies('restored')]).toEqual([
    [...texts('kept', 3), 'new'],
    [...texts('kept', 3), 'new'],
  ])
})

test('two devices of a user show the same, and count once in receipts', async () => {
  await using phone = await open('ann', first.url, { device: 'ann-phone', reading: 'explicit' })
  await using laptop = await open('ann', second.url, { device: 'ann-laptop', reading: 'explicit' })
  await using bob = await open('bob', second.url)
  await bob.client.join('devices')
  await phone.client.join('devices')
  await laptop.client.join('devices')
  const [own = ''] = sendAll(phone, 'devices', ['from the phone'])
  const [asked = ''] = sendAll(bob, 'devices', ['read me'])
  await quiet(phone, laptop, bob)
  expect(laptop.bodies('devices')).toEqual(phone.bodies('devices'))
  await vi.waitFor(() => expect(laptop.client.statusOf(own)).toMatchObject({ status: 'read', readBy: 1, of: 1 }), { timeout: 5_000 })
  expect(bob.client.statusOf(asked)).toMatchObject({ status: 'delivered', deliveredTo: 1, readBy: 0, of: 1 })

  expect(await phone.client.markRead('devices')).toMatchObject({ kind: 'ok' })
  await vi.waitFor(() => expect(bob.client.statusOf(asked)).toMatchObject({ status: 'read', readBy: 1 }), { timeout: 5_000 })
  await vi.waitFor(() => expect(laptop.client.room('devices')?.readSeq()).toBe(phone.client.room('devices')?.readSeq()), { timeout: 5_000 })
})

test('a connection lost in the middle of a replay is taken up where the view stands', async () => {
  await using ann = await open('ann', first.url)
  await using bob = await open('bob', second.url)
  await ann.client.join('replay')
  await bob.client.join('replay')
  await quiet(ann, bob)
  bob.client.disconnect()
  const missed = texts('missed', 600)
  sendAll(ann, 'replay', missed)
  await quiet(ann)
  let [arrivals, drops] = [0, 0]
  bob.told.onReplay = () => {
    arrivals += 1
    if (arrivals % 150 !== 0 || drops === 3) return
    drops += 1
    // Not within the delivery: as a broken connection would, between two packets.
    queueMicrotask(() => void bob.client.reconnect(15_000).catch(() => drops))
  }
  await bob.client.connect(15_000)
  await vi.waitFor(() => expect(bob.told.applied.get('replay')?.length).toBeGreaterThan(600), { timeout: 20_000 })
  await quiet(bob)
  expect(drops).toBe(3)
  expect(bob.told.resets.get('replay')).toBeUndefined()
  expect(bob.bodies('replay')).toEqual(missed)
  expect(bob.gapless('replay')).toBe(true)
})

test('whoever joins or comes back while others are sending gets each message from there on once', async () => {
  await using ann = await open('ann', first.url)
  await using bob = await open('bob', second.url)
  await ann.client.join('race')
  let sent = 0
  const timer = setInterval(() => sendAll(ann, 'race', [`race ${sent++}`]), 2)
  await bob.client.join('race')
  for (let round = 0; round < 8; round += 1) {
    await vi.waitFor(() => expect(ann.bodies('race').length).toBeGreaterThan((round + 1) * 15), { timeout: 10_000, interval: 1 })
    await (round % 2 === 0 ? bob : ann).client.reconnect(15_000)
  }
  clearInterval(timer)
  await quiet(ann, bob)
  await vi.waitFor(() => expect(bob.bodies('race').at(-1)).toBe(ann.bodies('race').at(-1)), { timeout: 10_000 })
  expect(ann.bodies('race')).toEqual(texts('race', sent))
  const fromJoin = bob.bodies('race')
  expect(fromJoin).toEqual(texts('race', sent).slice(-fromJoin.length))
  expect([ann.gapless('race'), bob.gapless('race')]).toEqual([true, true])
})
