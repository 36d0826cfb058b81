/** 10,000 payloads that no schema accepts, and whatever else a stranger may send, against a running node that others talk through meanwhile. */
import { randomUUID } from 'node:crypto'
import { setInterval as ticks } from 'node:timers/promises'
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { clientEvents } from '../reference/client-events.ts'
import { badPayloadsFor } from './fixtures/bad-payloads.ts'
import { connect as connected, openRealNodes, openSocket, tokenOf } from './fixtures/real-nodes.ts'
import { signToken } from './tokens.ts'
import type { BadPayload } from './fixtures/bad-payloads.ts'
import type { Client, RealNode, RealNodes } from './fixtures/real-nodes.ts'

const payloads = 10_000
const atOnce = 24
const growthLimitBytes = 100_000_000
const heldLimitBytes = 60_000_000
const seed = Number(process.env['BAD_INPUT_SEED'] ?? 20_261)

let cluster: RealNodes
let node: RealNode
let url = ''
interface Identity {
  pid: number
  startedAt: string | undefined
  boot: unknown
}
let begun: Identity
beforeAll(async () => {
  const many = '1000000'
  // A small young generation, so that the resident size tells what is held, not what V8 keeps in reserve.
  cluster = await openRealNodes('bad-input', {
    NODE_OPTIONS: '--max-semi-space-size=2',
    CHAT_SENDS_PER_SECOND: many,
    CHAT_CHANGES_PER_SECOND: many,
    CHAT_PRESENCE_EVENTS_PER_SECOND: many,
    CHAT_PRESENCE_COALESCE_MS: '100',
  })
  ;[node] = await cluster.startTwo()
  url = node.url
  begun = await identity()
})
afterAll(() => cluster[Symbol.asyncDispose]())
afterEach(async () => expect(await identity(), node.process.tail()).toEqual(begun))

async function identity(): Promise<Identity> {
  const response = await fetch(`${url}/health/state`, { signal: AbortSignal.timeout(5000) })
  const { boot } = (await response.json()) as { boot: unknown }
  return { pid: node.process.pid, startedAt: /^process_start_time_seconds (\S+)$/m.exec(await metrics())?.[1], boot }
}
const metrics = async () => (await fetch(`${url}/metrics`)).text()
const gauge = async (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await metrics())?.[1])
const residentBytes = async () => gauge('process_resident_memory_bytes')
/** Objects and buffers that are reachable, or not collected yet. */
const heldBytes = async () => (await gauge('nodejs_heap_size_used_bytes')) + (await gauge('nodejs_external_memory_bytes'))

const connect = async (user: string): Promise<Client> => (await connected(node, user)).socket
/** What the wire takes, which is more than the client's types do. */
interface Raw {
  emit(event: string, ...sent: unknown[]): unknown
  timeout(ms: number): { emitWithAck(event: string | number, ...sent: unknown[]): Promise<unknown> }
}
const ask = async (socket: Raw, event: string | number, ...sent: unknown[]): Promise<unknown> => socket.timeout(10_000).emitWithAck(event, ...sent)
const text = (room: string, clientSeq: number) => ({
  room,
  clientMessageId: randomUUID(),
  clientSeq,
  attempt: 1,
  type: 'text',
  body: `message ${clientSeq}`,
  clientCreatedAt: 1,
})

/** Leaves the node time for the bad payloads. */
const betweenSendsMs = 20

/** Two people who talk until `stop`; gives the times that their acks took. */
async function conversation(room: string): Promise<{ acked: () => number; stop: () => Promise<number[]> }> {
  const [carol, dave] = [await connect(`carol.${room}`), await connect(`dave.${room}`)]
  const heard: number[] = []
  dave.on('entry', ({ kind, seq }: { kind: string; seq: number }) => void (kind === 'message' && heard.push(seq)))
  for (const socket of [carol, dave])
    expect(await ask(socket, 'join', { room, operationId: randomUUID() })).toEqual({
      ok: true,
      duplicate: false,
      seq: expect.any(Number),
      epoch: expect.any(String),
    })
  const over = new AbortController()
  const tookMs: number[] = []
  const sent: number[] = []
  const talking = (async () => {
    for await (const clientSeq of numbered(ticks(betweenSendsMs))) {
      if (over.signal.aborted) return
      const from = performance.now()
      const answer = (await ask(carol, 'message:send', text(room, clientSeq))) as { ok: boolean; seq: number }
      expect(answer).toMatchObject({ ok: true, duplicate: false })
      sent.push(answer.seq)
      tookMs.push(performance.now() - from)
    }
  })()
  return {
    acked: () => tookMs.length,
    async stop() {
      over.abort()
      await talking
      await expect.poll(() => heard, { timeout: 5000 }).toEqual(sent)
      return tookMs
    },
  }
}
async function* numbered(events: AsyncIterable<unknown>): AsyncGenerator<number> {
  let number = 0
  for await (const _event of events) yield ++number
}
const quantile = (values: readonly number[], part: number) => Math.round(values.toSorted((left, right) => left - right)[Math.floor(values.length * part)] ?? 0)
function tally(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
const shown = (counts: ReadonlyMap<string, number>) =>
  [...counts]
    .toSorted(([, left], [, right]) => right - left)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')

async function checkRefusal(event: string, { how, payload }: BadPayload, answer: unknown, counts: Map<string, number>): Promise<void> {
  const { ok, error } = answer as { ok?: unknown; error?: { code: string; message: string } }
  const what = `${event}, ${how}: ${JSON.stringify(payload)?.slice(0, 300)} was answered ${JSON.stringify(answer).slice(0, 300)}`
  expect(ok, what).toBe(false)
  expect(['invalid', 'too_large'], what).toContain(error?.code)
  // An error that repeats what was sent would make the node send as much as it got.
  expect(error?.message.length, `${what}: length of the message`).toBeLessThanOrEqual(1000)
  tally(counts, error?.code ?? '')
}

test('10,000 bad payloads: an error ack each, the same process, its memory, and a conversation that goes on', { timeout: 120_000 }, async () => {
  const names = Object.keys(clientEvents) as (keyof typeof clientEvents)[]
  const makingFrom = performance.now()
  const samples = names.map((name, index) =>
    fc.sample(badPayloadsFor(clientEvents[name].schema), { numRuns: Math.ceil(payloads / names.length), seed: seed + index }),
  )
  const jobs = Array.from({ length: payloads }, (_, index) => {
    const name = names[index % names.length] ?? 'join'
    return { event: name, bad: samples[index % names.length]?.[Math.floor(index / names.length)] ?? { how: 'nothing', payload: null } }
  })
  const madeMs = performance.now() - makingFrom
  const sockets = await Promise.all(Array.from({ length: 20 }, (_, index) => connect(`mallory-${index}`)))
  const talk = await conversation('undisturbed')
  const [before, heldBefore] = [await residentBytes(), await heldBytes()]
  const [codes, ways] = [new Map<string, number>(), new Map<string, number>()]
  const from = performance.now()
  let next = 0
  let peak = before
  const send = async (worker: number) => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
      const socket = sockets[(next + worker) % sockets.length]
      if (socket === undefined) throw new Error('no socket')
      const sent = job.bad.payload === undefined ? [] : [job.bad.payload]
      const answer = await ask(socket, job.event, ...sent).catch((error: unknown) => {
        throw new Error(
          `${job.event}, ${job.bad.how}: ${JSON.stringify(sent).slice(0, 300)} got no answer: ${String(error)}; the node says: ${node.process.tail()}`,
        )
      })
      await checkRefusal(job.event, job.bad, answer, codes)
      tally(ways, job.bad.how)
      if (next % 1000 === 0) peak = Math.max(peak, await residentBytes())
    }
  }
  await Promise.all(Array.from({ length: atOnce }, (_, worker) => send(worker)))
  const tookMs = performance.now() - from
  const acks = await talk.stop()
  await expect.poll(async () => (await residentBytes()) - before, { timeout: 10_000, interval: 500 }).toBeLessThan(growthLimitBytes)
  await expect.poll(async () => (await heldBytes()) - heldBefore, { timeout: 10_000, interval: 500 }).toBeLessThan(heldLimitBytes)
  const [grown, heldGrown] = [(await residentBytes()) - before, (await heldBytes()) - heldBefore]
  const mega = (bytes: number) => `${Math.round(bytes / 1e6)} MB`
  console.log(
    `seed ${seed}: ${payloads} payloads made in ${Math.round(madeMs)} ms, answered in ${Math.round(tookMs)} ms\n  codes: ${shown(codes)}\n  broken by: ${shown(ways)}`,
  )
  console.log(`  memory: ${mega(before)} before, ${mega(peak)} at most seen, ${mega(grown)} grown; of that held: ${mega(heldGrown)}`)
  console.log(`  beside them: ${acks.length} sends acked, median ${quantile(acks, 0.5)} ms, 99% ${quantile(acks, 0.99)} ms`)
  expect([...codes.values()].reduce((sum, count) => sum + count, 0)).toBe(payloads)
  expect(acks.length).toBeGreaterThan(50)
  expect(quantile(acks, 0.99)).toBeLessThan(3000)
  expect(sockets.every((socket) => socket.connected)).toBe(true)
})

test('in the wrong order: what needs a membership is refused before join and sync, and after leave', async () => {
  const [owner, stranger] = [await connect('owner'), await connect('stranger')]
  await ask(owner, 'join', { room: 'closed-circle', operationId: randomUUID() })
  const sent = (await ask(owner, 'message:send', text('closed-circle', 1))) as { id: string }
  const about = (room: string) => ({ room, operationId: randomUUID(), messageId: sent.id })
  const member = (room: string) => ({ room, operationId: randomUUID(), userId: 'owner' })
  const requests = (room: string): [string, object][] => [
    ['leave', { room, operationId: randomUUID() }],
    ['message:send', text(room, 1)],
    ['message:edit', { ...about(room), body: 'mine now' }],
    ['message:delete', about(room)],
    ['message:react', { ...about(room), emoji: '👎' }],
    ['message:moderate', { ...about(room), action: 'remove' }],
    ['member:role', { ...member(room), role: 'member' }],
    ['member:kick', member(room)],
    ['member:ban', { ...member(room), banned: true, until: null }],
    ['member:mute', { ...member(room), muted: true, until: null }],
    ['room:retention', { room, policy: { kind: 'delete', afterMs: 0 }, legalHold: false }],
    ['archive:page', { room, limit: 10 }],
    ['range:get', { room, epoch: 'e', after: 0, upTo: 10 }],
    ['history:page', { room, limit: 10 }],
    ['search', { room, query: 'message', limit: 10 }],
    ['upload:reserve', { room, operationId: randomUUID(), name: 'a', bytes: 1, contentType: 'a/b', sha256: '0'.repeat(64) }],
    ['upload:complete', { room, uploadId: randomUUID() }],
    ['file:url', { room, uploadId: randomUUID() }],
    ['typing', { room, typing: true }],
    ['room:focus', { room }],
  ]
  const refused = async (room: string) => {
    for (const [event, request] of requests(room))
      expect(await ask(stranger, event, request), event).toMatchObject({ ok: false, error: { code: expect.stringMatching(/^(forbidden|not_found)$/) } })
  }
  await refused('closed-circle')
  await refused('no-such-room')
  await ask(stranger, 'join', { room: 'closed-circle', operationId: randomUUID() })
  await ask(stranger, 'leave', { room: 'closed-circle', operationId: randomUUID() })
  await refused('closed-circle')
  expect(await ask(stranger, 'unread:get', { rooms: ['closed-circle'] })).toEqual({ ok: true, rooms: {} })
  expect(await ask(stranger, 'sync:begin', { rooms: { 'closed-circle': { epoch: 'e', appliedSeq: 0 } } })).toEqual({ ok: true, rooms: [], further: [] })
})

test('unknown events, names that are none, no ack function, further arguments', async () => {
  const socket: Raw = await connect('odd')
  const invalid = { ok: false, error: { code: 'invalid' } }
  for (const event of ['nonsense', '', '__proto__', 'constructor', 'hello', 'entry', 'x'.repeat(300_000)])
    expect(await ask(socket, event, {}), event.slice(0, 20)).toMatchObject(invalid)
  for (const event of [42, -1, 1e300]) expect(await ask(socket, event, {}), String(event)).toMatchObject(invalid)
  for (const name of Object.keys(clientEvents)) {
    socket.emit(name)
    socket.emit(name, null)
    socket.emit(name, { __proto__: null }, 'no function')
  }
  expect(await ask(socket, 'join', { room: 'odd', operationId: randomUUID() }, 'one more')).toMatchObject({ ok: true })
})

test('names that objects have by birth are rooms, users and emoji like others', async () => {
  const socket = await connect('constructor')
  for (const room of ['constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
    const joined = (await ask(socket, 'join', { room, operationId: randomUUID() })) as { ok: boolean; epoch: string }
    expect(joined).toMatchObject({ ok: true })
    const sent = (await ask(socket, 'message:send', text(room, 1))) as { id: string }
    for (const emoji of ['a.b', '$set', '__proto__', 'constructor'])
      expect(await ask(socket, 'message:react', { room, operationId: randomUUID(), messageId: sent.id, emoji })).toMatchObject({ ok: true })
    const whole = (await ask(socket, 'history:page', { room, limit: 10 })) as { entries: { message?: { reactions: object } }[] }
    expect(Object.keys(whole.entries.flatMap((entry) => entry.message ?? [])[0]?.reactions ?? {}).toSorted()).toEqual([
      '$set',
      '__proto__',
      'a.b',
      'constructor',
    ])
  }
  expect(await ask(socket, 'sync:begin', { rooms: {} })).toMatchObject({
    further: expect.arrayContaining(['constructor', 'toString', 'hasOwnProperty', 'valueOf']),
  })
  expect(await ask(socket, 'unread:get', { rooms: ['constructor', 'toString'] })).toMatchObject({
    rooms: { constructor: { count: 0 }, toString: { count: 0 } },
  })
  expect(await ask(socket, 'presence:get', { users: ['constructor', 'toString'] })).toMatchObject({ users: { toString: { state: 'unknown' } } })
  // The one name that JSON can carry and an object built by assignment loses.
  expect(await ask(socket, 'join', { room: '__proto__', operationId: randomUUID() })).toMatchObject({ ok: false, error: { code: 'invalid' } })
})

test('connects that are none: namespace, auth, token', async () => {
  const refusedWith = async (socket: Client) =>
    new Promise<{ message: string; code: unknown }>((resolve, reject) => {
      socket.once('connect_error', (error: Error & { data?: { code: unknown } }) => resolve({ message: error.message, code: error.data?.code }))
      socket.once('hello', () => reject(new Error('it was let in')))
    })
  expect(await refusedWith(await openSocket(`${url}/admin`, { user: 'ann' }))).toEqual({ message: 'Invalid namespace', code: undefined })
  const token = await tokenOf('ann', 'ann-1', 600)
  const bad: [string, unknown][] = [
    ['invalid', {}],
    ['invalid', { token, deviceId: 'ann-1', connectionNumber: 0 }],
    ['invalid', { token: 'x'.repeat(5000), deviceId: 'ann-1', connectionNumber: 1 }],
    ['invalid', { token: { __proto__: 1 }, deviceId: ['ann-1'], connectionNumber: '1' }],
    ['invalid', { token, deviceId: 'ann-1', connectionNumber: 1, admin: true }],
    ['forbidden', { token: `${token}x`, deviceId: 'ann-1', connectionNumber: 1 }],
    ['forbidden', { token: await signToken('another secret entirely', 'ann', 'ann-1', 600), deviceId: 'ann-1', connectionNumber: 1 }],
    ['forbidden', { token, deviceId: 'ann-2', connectionNumber: 1 }],
    ['token_expired', { token: await tokenOf('ann', 'ann-1', -10), deviceId: 'ann-1', connectionNumber: 1 }],
  ]
  for (const [code, auth] of bad)
    expect(
      await refusedWith(await openSocket(url, { user: 'ann' }, { auth: auth as Record<string, unknown> })),
      JSON.stringify(auth).slice(0, 100),
    ).toMatchObject({
      message: code,
      code,
    })
})

test('packets that are none close their own connection only', async () => {
  const witness = await connect('witness')
  const token = await tokenOf('raw', 'raw-1', 600)
  const open = '40' + JSON.stringify({ token, deviceId: 'raw-1', connectionNumber: 1 })
  const frames: (string | Buffer)[] = [
    '42', '42{', '42[', '42["join"', '42[]', '42{"0":"join"}', '42["disconnect"]', '42["newListener","x"]', '42[null]', '42[{"a":1}]',
    '451-["join",{"_placeholder":true,"num":5}]', '451-["join",{"_placeholder":true,"num":-1}]', '459999-["join"]', '43999[]', '43["x"]', '44{}', '49', '7', 'x', Buffer.alloc(10),
    `42["join",${'['.repeat(100_000)}${']'.repeat(100_000)}]`, `421["join",${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}]`, `42["${'x'.repeat(1_100_000)}"]`, '40/admin,{}', '41',
  ] // prettier-ignore
  for (const frame of frames) {
    const raw = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
    const closed = new Promise<void>((resolve) => raw.addEventListener('close', () => resolve()))
    const messages: string[] = []
    raw.addEventListener('message', ({ data }) => messages.push(String(data)))
    await expect.poll(() => messages[0]?.[0], { timeout: 5000 }).toBe('0')
    raw.send(open)
    await expect.poll(() => messages.some((message) => message.startsWith('42["hello"')), { timeout: 5000 }).toBe(true)
    raw.send(frame)
    expect(await ask(witness, 'presence:get', { users: ['witness'] }), String(frame).slice(0, 40)).toMatchObject({ ok: true })
    raw.close()
    await closed
  }
})

test('HTTP that is none', async () => {
  const routes: [string, RequestInit, number][] = [
    ['/nonsense', {}, 404],
    ['/rooms//export', {}, 404],
    ['/rooms/%00/export', {}, 401],
    ['/rooms/x/export', { method: 'POST', body: 'x'.repeat(100_000) }, 405],
    ['/rooms/x/export', {}, 401],
    ['/rooms/x/export', { headers: { authorization: `Bearer ${'x'.repeat(5000)}` } }, 401],
    [`/rooms/${'x'.repeat(5000)}/export`, { headers: { authorization: `Bearer ${await tokenOf('ann', 'ann-1', 600)}` } }, 404],
    ['/rooms/__proto__/export', { headers: { authorization: `Bearer ${await tokenOf('ann', 'ann-1', 600)}` } }, 404],
    ['/audit-log', { headers: { authorization: `Bearer ${await tokenOf('ann', 'ann-1', 600)}` } }, 403],
    ['/audit-log', { headers: { authorization: 'Basic YTpi' } }, 401],
  ]
  for (const [path, request, status] of routes)
    expect((await fetch(`${url}${path}`, { ...request, signal: AbortSignal.timeout(5000) })).status, path.slice(0, 40)).toBe(status)
})

test('afterwards a clean conversation on the same node', async () => {
  const talk = await conversation('clean')
  await expect.poll(talk.acked, { timeout: 10_000 }).toBeGreaterThan(30)
  const acks = await talk.stop()
  console.log(`clean: ${acks.length} sends acked, median ${quantile(acks, 0.5)} ms, 99% ${quantile(acks, 0.99)} ms`)
  expect(quantile(acks, 0.99)).toBeLessThan(3000)
})
