/** The client against two real nodes on real Redis and a real store, through the death of a node. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createProcessRuntime } from '../cluster/process-runtime.ts'
import type { Running, Runtime } from '../cluster/runtime.ts'
import type { FindOptions, RunningComponent } from '../components/component.ts'
import { components, findComponent } from '../components/table.ts'
import { signToken } from '../node/tokens.ts'
import { createChatClient } from './chat-client.ts'
import type { ChatClient } from './api.ts'
import { layer } from './observer.ts'
import type { Observer, Status } from './observer.ts'
import { memoryStorage } from './storage.ts'

const secret = 'a secret for tests only'
const options: FindOptions = { install: true, urls: {}, progress: (line) => void process.stderr.write(`${line}\n`) }
const runId = `client-${process.pid}`
let folder = ''
let runtime: Runtime
let redis: RunningComponent
let mongo: RunningComponent
let boots = 0

async function startNode(name: string, port: number): Promise<Running> {
  boots += 1
  const running = await runtime.spawn({
    name: `${name}-boot-${boots}`,
    command: process.execPath,
    args: [fileURLToPath(new URL('../node/main.ts', import.meta.url))],
    env: {
      CHAT_NODE_NAME: name,
      CHAT_PORT: String(port),
      CHAT_REDIS_URL: redis.url.href,
      CHAT_REDIS_PREFIX: runId,
      CHAT_MONGO_URL: mongo.url.href,
      CHAT_MONGO_DATABASE: 'chat',
      CHAT_JWT_SECRET: secret,
      CHAT_JOURNAL: join(folder, `${name}-${boots}.rows`),
      CHAT_HEARTBEAT_MS: '300',
      CHAT_RECEIPTS_MS: '200',
    },
  })
  await running.line(/ready on (http:\/\/[\d.:]+)/, 10_000)
  return running
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shakedown-client-'))
  runtime = await createProcessRuntime({ logFolder: join(folder, 'logs'), runId })
  redis = await components.redis.start(await findComponent(components.redis, options), runtime, { folder: join(folder, 'redis'), runId })
  mongo = await components.mongo.start(await findComponent(components.mongo, options), runtime, { folder: join(folder, 'mongo'), runId })
})
afterAll(async () => {
  await runtime[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

interface Seen {
  applied: { seq: number; body: string | null }[]
  statuses: Map<string, Status[]>
  disconnects: number
}

async function clientOf(user: string, port: number): Promise<{ client: ChatClient; seen: Seen }> {
  const seen: Seen = { applied: [], statuses: new Map(), disconnects: 0 }
  const nothing = (): void => {}
  const observer: Observer = {
    connected: nothing,
    disconnected: () => void (seen.disconnects += 1),
    delivery(_room, kind, seq, _rev, body, _sender, layerBits) {
      if (layerBits & layer.applied) seen.applied.push({ seq, body: kind === 'message' ? body : null })
    },
    attempt: nothing,
    outcome: nothing,
    status: (id, status) => void seen.statuses.set(id, [...(seen.statuses.get(id) ?? []), status]),
    syncBegin: nothing,
    syncComplete: nothing,
    syncReset: nothing,
    heartbeat: nothing,
    watermark: nothing,
    receipt: nothing,
    joined: nothing,
    rangeAsked: nothing,
  }
  const client = await createChatClient({
    url: `http://127.0.0.1:${port}`,
    token: () => signToken(secret, user, `${user}-1`, 600),
    userId: user,
    deviceId: `${user}-1`,
    storage: memoryStorage(),
    observer,
    random: Math.random,
    now: Date.now,
  })
  await client.connect(10_000)
  return { client, seen }
}

test('every message is applied once, in order, and read by all, although a node is killed while it is sent', async () => {
  const ports = [await runtime.port(), await runtime.port()] as const
  const first = await startNode('node-1', ports[0])
  await startNode('node-2', ports[1])
  const members = await Promise.all([clientOf('ann', ports[0]), clientOf('bob', ports[1]), clientOf('cat', ports[0])])
  for (const { client } of members) await client.join('hall')

  const bodies = members.flatMap((_member, index) => Array.from({ length: 30 }, (_, number) => `${index}:${number}`))
  const sendAll = (from: number, to: number): void =>
    members.forEach(({ client }, index) => Array.from({ length: to - from }, (_, offset) => client.send('hall', `${index}:${from + offset}`)))
  sendAll(0, 20)
  await vi.waitFor(() => expect(members[0]?.seen.applied.length).toBeGreaterThan(12), { timeout: 10_000, interval: 2 })
  first.signal('SIGKILL')
  await first.exited
  sendAll(20, 30)
  await startNode('node-1', ports[0])

  await vi.waitFor(() => expect(members.map(({ client }) => client.pending())).toEqual([null, null, null]), { timeout: 30_000 })
  await vi.waitFor(
    () =>
      expect(members.flatMap(({ seen }) => [...seen.statuses.values()].map((statuses) => statuses.at(-1))).filter((status) => status !== 'read')).toEqual([]),
    { timeout: 10_000 },
  )
  for (const { seen } of members) {
    const seqs = seen.applied.map(({ seq }) => seq)
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index))
    const texts = seen.applied.flatMap(({ body }) => body ?? [])
    expect(texts.toSorted()).toEqual(bodies.toSorted())
    for (const index of members.keys())
      expect(texts.filter((text) => text.startsWith(`${index}:`))).toEqual(bodies.filter((text) => text.startsWith(`${index}:`)))
  }
  expect(members.map(({ seen }) => seen.disconnects)).toEqual([1, 0, 1])
  for (const { client } of members) await client.close()
})
