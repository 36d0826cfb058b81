/** Each link fault against a real Toxiproxy before a real Redis, with a real client on the link or with none. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Link } from '../../system/cluster/links.ts'
import { createProcessRuntime } from '../../system/cluster/process-runtime.ts'
import { components, findComponent } from '../../system/components/table.ts'
import { connectToxiproxy } from '../../system/components/toxiproxy-control.ts'
import { probeLink } from '../link-probe.ts'
import type { ResolvedTarget } from '../targets.ts'
import { cut } from './cut.ts'
import type { ActiveFault, Evidence, Surroundings } from './fault.ts'
import { stall } from './stall.ts'
import { throttle } from './throttle.ts'

const signal = new AbortController().signal
const target: ResolvedTarget = { text: 'node-*->redis', links: ['node-1->redis', 'node-2->redis'], nodes: [] }
let started: AsyncDisposableStack
let surroundings: Surroundings

beforeAll(async () => {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'shakedown-faults-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const runId = 'faults-test'
  const runtime = stack.use(await createProcessRuntime({ logFolder: join(folder, 'logs'), runId }))
  const options = { install: true, urls: {}, progress: () => {} }
  const redis = stack.use(await components.redis.start(await findComponent(components.redis, options), runtime, { folder: join(folder, 'redis'), runId }))
  const server = stack.use(
    await components.toxiproxy.start(await findComponent(components.toxiproxy, options), runtime, { folder: join(folder, 'toxiproxy'), runId }),
  )
  const toxiproxy = connectToxiproxy(server.url)
  const upstream = { host: redis.host, port: redis.port }
  const links = await Promise.all(
    ['node-1', 'node-2'].map(async (from): Promise<Link> => {
      const name = `${from}->redis`
      const port = await runtime.port()
      await toxiproxy.ensureProxy({ name, host: '127.0.0.1', port, upstream })
      return { name, from, to: 'redis', host: '127.0.0.1', port, upstream: { kind: 'redis', ...upstream }, proxied: true }
    }),
  )
  surroundings = { links, nodes: [], workers: [], servers: [], toxiproxy }
  started = stack.move()
})
afterAll(() => started.disposeAsync())

/** Clients on both links that talk before, during and after the fault. */
async function underTraffic(
  inject: () => Promise<ActiveFault>,
  during: (clients: readonly Redis[]) => Promise<void> = async () => {},
): Promise<{ evidence: Evidence; heal: string | null }> {
  const clients = surroundings.links.map((link) => new Redis(link.port, link.host, { maxRetriesPerRequest: null, retryStrategy: () => 50 }))
  try {
    for (const client of clients) client.on('error', () => {})
    await Promise.all(clients.map((client) => client.set('before', 'x'.repeat(2000))))
    const fault = await inject()
    await during(clients)
    const evidence = await fault.evidence()
    await fault[Symbol.asyncDispose]()
    expect(await Promise.all(clients.map((client) => client.ping()))).toEqual(['PONG', 'PONG'])
    return { evidence, heal: fault.heal }
  } finally {
    for (const client of clients) client.disconnect()
  }
}

test('cut ends live connections and refuses new ones, until it is healed', async () => {
  const { evidence, heal } = await underTraffic(() => cut.inject(target, {}, surroundings, signal))
  expect(evidence).toMatchObject({ bit: true })
  expect(evidence.lines[0]).toBe('2 of 2 links refused from the first probe to the last')
  expect(evidence.lines[2]).toMatch(/before [\d.]+ ms, during ECONNREFUSED, at the end ECONNREFUSED/)
  expect(heal).toMatch(/^2 of 2 links answered as before/)
})

test('stall holds answers without losing what was sent, and lets them through afterwards', async () => {
  const { evidence } = await underTraffic(
    () => stall.inject(target, { direction: 'downstream' }, surroundings, signal),
    async ([client]) => {
      void client?.incr('held').catch(() => {})
      const direct = new Redis(surroundings.links[0]?.upstream.port ?? 0, '127.0.0.1')
      await expect.poll(() => direct.get('held'), { timeout: 3000 }).toBe('1')
      direct.disconnect()
    },
  )
  expect(evidence.bit, evidence.lines.join('\n')).toBe(true)
  expect(evidence.lines[2]).toMatch(/during no answer within 1000 ms/)
})

test('stall in both directions holds and heals too', async () => {
  const { evidence } = await underTraffic(() => stall.inject(target, { direction: 'both' }, surroundings, signal))
  expect(evidence.bit, evidence.lines.join('\n')).toBe(true)
})

test('throttle makes the round trip slower while it lasts', async () => {
  const { evidence } = await underTraffic(() => throttle.inject(target, { latency: '80ms', kilobytesPerSecond: 512, direction: 'both' }, surroundings, signal))
  expect(evidence.bit, evidence.lines.join('\n')).toBe(true)
})

test.each([
  ['cut', () => cut.inject(target, {}, surroundings, signal)],
  ['stall', () => stall.inject(target, { direction: 'both' }, surroundings, signal)],
  ['throttle', () => throttle.inject(target, { latency: '80ms', direction: 'both' }, surroundings, signal)],
] as const)('%s on links that no client uses has not bitten', async (_name, inject) => {
  const fault = await inject()
  const evidence = await fault.evidence()
  await fault[Symbol.asyncDispose]()
  expect(evidence.bit).toBe(false)
  expect(evidence.lines[1]).toBe('0 of 2 in use: 0 live connections when it struck')
  expect(evidence.lines[2]).toContain('no live traffic seen')
})

test('a fault that fails half way leaves nothing broken', async () => {
  const { links, toxiproxy } = surroundings
  const failing: Surroundings = {
    ...surroundings,
    toxiproxy: {
      ...toxiproxy,
      setEnabled: (name, enabled) => (name === 'node-2->redis' && !enabled ? Promise.reject(new Error('refused')) : toxiproxy.setEnabled(name, enabled)),
    },
  }
  await expect(cut.inject(target, {}, failing, signal)).rejects.toThrow('refused')
  expect(await Promise.all(links.map(async (link) => (await probeLink(link, 1000)).answered))).toEqual([true, true])
})

test('a link that does not run through Toxiproxy cannot be cut', async () => {
  const direct: Surroundings = { ...surroundings, links: surroundings.links.map((link) => ({ ...link, proxied: false })) }
  await expect(cut.inject(target, {}, direct, signal)).rejects.toThrow('node-1->redis, node-2->redis do not run through Toxiproxy')
})
