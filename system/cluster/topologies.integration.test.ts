/** How clients are bound to nodes: the real balancer, real nodes and the chat client. */
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createChatClient } from '../client/chat-client.ts'
import { quietObserver } from '../client/quiet-observer.ts'
import { memoryStorage } from '../client/storage.ts'
import { components } from '../components/table.ts'
import type { ChatClient } from '../client/api.ts'
import { openRealNodes, tokenOf, type RealNode, type RealNodes } from '../node/fixtures/real-nodes.ts'
import { balancerConfiguration } from './balancer-configuration.ts'
import { pollingRoundRobin } from './topologies/polling-round-robin.ts'
import { roomAffine } from './topologies/room-affine.ts'
import { stickyOnly } from './topologies/sticky-only.ts'
import type { Topology } from './topologies/topology.ts'

const connectMs = 10_000
let cluster: RealNodes
let nodes: RealNode[]
beforeAll(async () => {
  cluster = await openRealNodes('topologies', { CHAT_ADAPTER: 'none' })
  nodes = await Promise.all(['node-1', 'node-2', 'node-3'].map((name) => cluster.start(name)))
}, 60_000)
afterAll(() => cluster[Symbol.asyncDispose]())

async function balancerOf(topology: Topology): Promise<string> {
  const port = await cluster.runtime.port()
  const servers = nodes.map((node, index) => ({ name: `node-${index + 1}`, host: '127.0.0.1', port: node.port }))
  const configuration = balancerConfiguration({ topology, port, adminSocket: `${cluster.folder}/admin-${port}.sock`, servers })
  const haproxy = await cluster.startComponent({
    ...components.haproxy,
    name: components.haproxy.name,
    start: (found, runtime, place) => components.haproxy.start(found, runtime, { ...place, port, configuration }),
  })
  onTestFinished(() => haproxy[Symbol.asyncDispose]())
  return haproxy.url.href
}
interface Visitor {
  client: ChatClient
  /** Node of each connect, by the room that the connection carries. */
  visits: { node: string; room: string | null }[]
}
async function visitor(url: string, { route }: Topology, userId: string): Promise<Visitor> {
  const visits: Visitor['visits'] = []
  const client = await createChatClient({
    url,
    route,
    userId,
    deviceId: `${userId}-1`,
    token: () => tokenOf(userId, `${userId}-1`),
    storage: memoryStorage(),
    observer: { ...quietObserver, connected: (node, _bootId, room) => void visits.push({ node, room }) },
    random: Math.random,
    now: Date.now,
  })
  onTestFinished(() => client.close())
  return { client, visits }
}

test('with a cookie a client polls, upgrades and comes back to its node; to another one when that is gone', async () => {
  const url = await balancerOf(stickyOnly)
  const { client, visits } = await visitor(url, stickyOnly, 'ann')
  await client.connect(connectMs)
  for (let again = 0; again < 4; again++) await client.reconnect(connectMs)
  const [home] = visits
  expect(visits).toEqual(Array.from({ length: 5 }, () => home))
  const index = Number(home?.node.slice(-1)) - 1
  const left = nodes[index]
  if (left === undefined) throw new Error(`no node is called ${home?.node}`)
  left.process.signal('SIGKILL')
  await vi.waitFor(() => expect(visits.at(-1)?.node).not.toBe(home?.node), { timeout: 10_000 })
  nodes[index] = await cluster.start(`node-${index + 1}`, { CHAT_PORT: String(left.port) })
}, 60_000)

test('by the room all of its members meet on one node, a client has a connection for each room, and a room that was split comes together', async () => {
  const url = await balancerOf(roomAffine)
  const [ann, bob] = [await visitor(url, roomAffine, 'ann'), await visitor(url, roomAffine, 'bob')]
  const rooms = ['garden', 'kitchen', 'attic', 'cellar', 'porch', 'hall']
  for (const { client } of [ann, bob]) {
    await client.connect(connectMs)
    for (const room of rooms) await client.join(room)
  }
  const hostOf = (one: Visitor, room: string) => one.visits.findLast((visit) => visit.room === room)?.node
  const hosts = () => rooms.map((room) => [hostOf(ann, room), hostOf(bob, room)])
  expect(hosts().every(([anns, bobs]) => anns !== undefined && anns === bobs)).toBe(true)
  ann.client.send('garden', 'live, without an adapter')
  await vi.waitFor(() => expect(bob.client.room('garden')?.messages()).toHaveLength(1), { timeout: 1000 })

  const before = hosts().map(([host]) => host)
  const index = Number(before[0]?.slice(-1)) - 1
  const left = nodes[index]
  if (left === undefined) throw new Error(`no node is called ${before[0]}`)
  left.process.signal('SIGKILL')
  await vi.waitFor(() => expect(hostOf(ann, 'garden')).not.toBe(before[0]), { timeout: 10_000 })
  nodes[index] = await cluster.start(`node-${index + 1}`, { CHAT_PORT: String(left.port) })
  // The first that comes anew finds the node that has returned; the other one follows.
  const carol = await visitor(url, roomAffine, 'carol')
  await carol.client.connect(connectMs)
  await vi.waitFor(
    async () => {
      await carol.client.join('garden')
      await carol.client.reconnect(connectMs)
      expect(hostOf(carol, 'garden')).toBe(before[0])
    },
    { timeout: 15_000, interval: 500 },
  )
  await vi.waitFor(() => expect(hosts()[0]).toEqual([before[0], before[0]]), { timeout: 10_000 })
}, 90_000)

test('polling through round robin is refused, and the client says with what', async () => {
  const url = await balancerOf(pollingRoundRobin)
  const { client } = await visitor(url, pollingRoundRobin, 'dave')
  await expect(client.connect(2000)).rejects.toThrow('HTTP 400 Session ID unknown')
}, 30_000)
