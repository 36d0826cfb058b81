/** One node cut off from the store while the other one and Redis go on: it may not serve past its lease, whoever kicks whom meanwhile. */
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { connectToxiproxy } from '../components/toxiproxy-control.ts'
import { components } from '../components/table.ts'
import { journalRowsIn } from './fixtures/journal-rows-in.ts'
import { ask, connect, entryAt, joinRoom, openRealNodes, say } from './fixtures/real-nodes.ts'
import type { ToxiproxyControl } from '../components/toxiproxy-control.ts'
import type { RealNode, RealNodes } from './fixtures/real-nodes.ts'

const leaseMs = 2000
const renewMs = 300
const link = 'node-2->mongo'
const directions = ['upstream', 'downstream'] as const
let cluster: RealNodes
let nodes: [RealNode, RealNode]
let toxiproxy: ToxiproxyControl
beforeAll(async () => {
  const variables = { CHAT_LEASE_MS: `${leaseMs}`, CHAT_LEASE_RENEW_MS: `${renewMs}`, CHAT_EXCLUSION_WAIT_MS: '500', CHAT_PRESENCE_BEAT_MS: '500' }
  cluster = await openRealNodes('cut-off', variables)
  const { mongo, runtime } = cluster
  toxiproxy = connectToxiproxy((await cluster.startComponent(components.toxiproxy)).url)
  const [host, port] = ['127.0.0.1', await runtime.port()]
  await toxiproxy.ensureProxy({ name: link, host, port, upstream: { host: mongo.host, port: mongo.port } })
  const url = new URL(mongo.url)
  url.host = `${host}:${port}`
  nodes = await Promise.all([cluster.start('node-1'), cluster.start('node-2', { CHAT_MONGO_URL: url.href })])
})
afterAll(() => cluster[Symbol.asyncDispose]())

const rowsOf = (node: RealNode) => journalRowsIn(node.journal)

test('a kick waits for a node that the store no longer hears, no longer than its lease; that node relays nothing past it', async () => {
  const room = 'cut'
  const [ann, bob, eve] = [await connect(nodes[0], 'ann'), await connect(nodes[1], 'bob'), await connect(nodes[1], 'eve')]
  const epoch = await joinRoom(ann, room)
  for (const member of [bob, eve]) await joinRoom(member, room)
  const closed = Promise.all([bob, eve].map(({ socket }) => new Promise<string>((resolve) => void socket.once('disconnect', (reason) => resolve(reason)))))

  for (const stream of directions) await toxiproxy.addToxic(link, { name: `silence-${stream}`, type: 'timeout', stream, attributes: { timeout: 0 } })
  const cutAt = performance.now()
  const kick = { room, userId: 'bob', operationId: uuidv7(), reason: 'enough' }
  const kicked = await ask(ann).emitWithAck('member:kick', kick)
  expect(kicked).toMatchObject({ ok: true, state: 'pending', duplicate: false })
  if (!kicked.ok) return
  const done = () => ask(ann).emitWithAck('member:kick', kick)
  await vi.waitFor(async () => expect(await done()).toMatchObject({ ok: true, state: 'done', seq: kicked.seq }), { timeout: leaseMs + 3000, interval: 20 })
  // Its last renewal may be as old as the time between two, and some requests may have been on their way.
  expect(performance.now() - cutAt).toBeGreaterThan(leaseMs - renewMs - 200)

  // Done means that it has dropped everybody, also who was not kicked; Redis still brings it what is said.
  const secret = await say(ann, room, 'after the kick')
  await entryAt(ann, room, secret.seq)
  for (const reason of await closed) expect(reason).toMatch(/transport (close|error)/)
  for (const { entries } of [bob, eve]) expect(entries.filter(({ seq }) => seq >= secret.seq)).toEqual([])
  await expect(connect(nodes[1], 'eve')).rejects.toThrow('unavailable')
  expect((await fetch(`${nodes[1].url}/health/ready`)).status).toBe(503)
  const rows = rowsOf(nodes[1])
  expect(rows.filter(({ stage }) => stage === 'leaseLost')).toMatchObject([{ count: 2 }])
  expect(rows.slice(rows.findIndex(({ stage }) => stage === 'leaseLost')).filter(({ stage }) => stage === 'relayed' || stage === 'replayed')).toEqual([])
  expect(rowsOf(nodes[0]).filter(({ stage }) => stage === 'confirmed')).toContainEqual(expect.objectContaining({ room, seq: kicked.seq }))

  for (const stream of directions.toReversed()) await toxiproxy.removeToxic(link, `silence-${stream}`)
  const back = await vi.waitFor(() => connect(nodes[1], 'eve', 'eve-2'), { timeout: 15_000 })
  const ranged = await ask(back).emitWithAck('range:get', { room, epoch, after: kicked.seq - 1, upTo: secret.seq })
  expect(ranged).toMatchObject({ ok: true, entries: [{ seq: kicked.seq }, { seq: secret.seq }] })
  const bobToo = await connect(nodes[1], 'bob', 'bob-2')
  expect(await ask(bobToo).emitWithAck('range:get', { room, epoch, after: 0, upTo: secret.seq })).toMatchObject({ ok: false, error: { code: 'forbidden' } })
})

test('both nodes journal what they confirm and the beats that Redis took', async () => {
  const room = 'journal'
  const [ann, bob] = [await connect(nodes[0], 'ann'), await connect(nodes[1], 'bob', 'bob-3')]
  await joinRoom(ann, room)
  await joinRoom(bob, room)
  const kicked = await ask(ann).emitWithAck('member:kick', { room, userId: 'bob', operationId: uuidv7() })
  if (!kicked.ok) throw new Error(kicked.error.message)
  expect(kicked.state).toBe('done')
  for (const node of nodes) {
    await vi.waitFor(
      () => {
        const rows = rowsOf(node)
        expect(rows.filter(({ stage }) => stage === 'confirmed')).toContainEqual(expect.objectContaining({ room, seq: kicked.seq }))
        const beat = rows.find(({ stage, count }) => stage === 'beatStored' && count > 0)
        expect(beat).toMatchObject({ room: null })
        expect(beat?.seq).toBeGreaterThan(0)
      },
      { timeout: 3000 },
    )
  }
})
