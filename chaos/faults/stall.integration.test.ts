/** What a stall holds for a client that closes meanwhile must not hang Toxiproxy at the heal: real Toxiproxy before a plain HTTP server. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setInterval as ticks, setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Link } from '../../system/cluster/links.ts'
import { createProcessRuntime } from '../../system/cluster/process-runtime.ts'
import { components, findComponent } from '../../system/components/table.ts'
import { connectToxiproxy, type ToxiproxyControl } from '../../system/components/toxiproxy-control.ts'
import { probeLink } from '../link-probe.ts'
import { stall } from './stall.ts'

const chunks = 400
const healDeadlineMs = 10_000
let started: AsyncDisposableStack
let toxiproxy: ToxiproxyControl
let links: Link[]
/** Chunks that this test's server has written. */
let answered: { chunks: number }
/** What Toxiproxy did not do, or not in time. */
let failures: string[]

beforeEach(async () => {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'shakedown-stall-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const count = { chunks: 0 }
  answered = count
  failures = []
  const server = createServer((request, response) => {
    if (request.url === '/health/live') {
      response.end('ok')
      return
    }
    // What comes meanwhile is read to its end, or the far end's window would fill.
    request.resume()
    response.write('begun')
    request.once('data', () => {
      const timer = setInterval(() => {
        response.write(`chunk ${count.chunks} ${'x'.repeat(500)}\n`)
        if (++count.chunks === chunks) clearInterval(timer)
      }, 1)
    })
  })
  stack.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const upstream = { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  const runId = 'stall-test'
  const runtime = stack.use(await createProcessRuntime({ logFolder: join(folder, 'logs'), runId }))
  const found = await findComponent(components.toxiproxy, { install: true, urls: {}, progress: () => {} })
  const { url } = stack.use(await components.toxiproxy.start(found, runtime, { folder: join(folder, 'toxiproxy'), runId }))
  toxiproxy = watched(connectToxiproxy(url))
  links = await Promise.all(
    ['office', 'home'].map(async (from): Promise<Link> => {
      const link: Link = {
        name: `${from}->balancer`,
        from,
        to: 'balancer',
        host: '127.0.0.1',
        port: await runtime.port(),
        upstream: { kind: 'http', ...upstream },
        proxied: true,
      }
      await toxiproxy.ensureProxy({ name: link.name, host: link.host, port: link.port, upstream })
      return link
    }),
  )
  started = stack.move()
})
afterEach(() => started.disposeAsync())

/** A client whose answer has begun; the server goes on answering at its next data. */
async function begunClient(link: Link): Promise<Socket> {
  const socket = connect({ host: link.host, port: link.port, noDelay: true })
  socket.on('error', () => {})
  socket.write('POST /stream HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n')
  await once(socket, 'data')
  return socket
}

async function sendChunks(socket: Socket): Promise<void> {
  let sent = 0
  for await (const _tick of ticks(1)) {
    socket.write('5\r\nhello\r\n')
    if (++sent === chunks) return
  }
}

async function within<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  const late = new AbortController()
  try {
    return await Promise.race([
      work,
      pause(timeoutMs, undefined, { signal: late.signal }).then((): never => {
        throw new Error(`waited ${timeoutMs} ms for ${what}`)
      }),
    ])
  } finally {
    late.abort()
  }
}

/** The same control, whose failures are noted: one that is repaired afterwards cost its whole deadline. */
function watched(control: ToxiproxyControl): ToxiproxyControl {
  const noted =
    <Rest extends unknown[]>(change: (...rest: Rest) => Promise<void>): ((...rest: Rest) => Promise<void>) =>
    async (...rest) => {
      try {
        await change(...rest)
      } catch (error) {
        failures.push(String(error))
        throw error
      }
    }
  return { ...control, removeToxic: noted((proxy, toxic) => control.removeToxic(proxy, toxic)), recreate: noted((name) => control.recreate(name)) }
}

const target = { text: 'office->balancer', links: ['office->balancer'], nodes: [] }

test.each([
  ['upstream', 'closes', false],
  ['downstream', 'closes', false],
  ['both', 'closes', false],
  ['downstream', 'closes and another one comes', true],
] as const)('stall %s heals, and Toxiproxy still answers, when a client with held chunks %s meanwhile', async (direction, _what, replaced) => {
  const [stalled, other] = links
  if (stalled === undefined || other === undefined) throw new Error('two links')
  const client = await begunClient(stalled)
  client.write('5\r\nbegin\r\n')
  await expect.poll(() => answered.chunks, { timeout: 5000 }).toBeGreaterThan(0)
  const fault = await stall.inject(target, { direction }, { links, nodes: [], workers: [], servers: [], toxiproxy }, new AbortController().signal)
  await sendChunks(client)
  await expect.poll(() => answered.chunks, { timeout: 5000 }).toBe(chunks)
  client.destroy()
  await once(client, 'close')
  const next = replaced ? connect({ host: stalled.host, port: stalled.port }) : null
  next?.on('error', () => {})
  if (next !== null) await once(next, 'connect')
  expect(await fault.evidence()).toMatchObject({ bit: true })
  await within(Promise.resolve(fault[Symbol.asyncDispose]()), healDeadlineMs, 'the stall to heal')
  next?.destroy()
  expect(failures).toEqual([])
  expect(fault.heal).toMatch(/^1 of 1 links answered as before/)
  expect(await toxiproxy.version()).not.toBe('')
  expect((await probeLink(stalled, 1000)).answered).toBe(true)
  expect((await probeLink(other, 1000)).answered).toBe(true)
})
