import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import type { Socket } from 'socket.io'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { plainAckWithoutTimeout } from '../mutants/plain-ack-without-timeout.ts'
import type { ClientToServer, SendRequest, ServerToClient, WireEntry } from '../protocol.ts'
import { createChatClient } from './chat-client.ts'
import type { ChatClient } from './api.ts'
import { layer, wayBit } from './observer.ts'
import type { Observer } from './observer.ts'
import { clientParts } from './parts.ts'
import type { ClientParts } from './parts.ts'
import { memoryStorage } from './storage.ts'

type NodeSocket = Socket<ClientToServer, ServerToClient>

/** The part of a node that these tests script: one room with a log, and what it does to sends. */
interface ScriptedNode extends AsyncDisposable {
  url: string
  log: WireEntry[]
  sends: SendRequest[]
  handshakes: { connectionNumber: number }[]
  ranges: { after: number; upTo: number }[]
  /** Decides what becomes of a send after it is stored. */
  afterStore: (socket: NodeSocket, sends: number, ack: () => void) => void
  live: (entry: WireEntry) => void
  heartbeat: (head: number) => void
  dropAll: () => void
  resetFrom: number | null
}

function entryOf(seq: number, request?: SendRequest): WireEntry {
  const common = { room: 'r', epoch: 'e1', seq, rev: seq, id: `id-${seq}`, at: 0 }
  if (!request) return { ...common, actorId: 'other', operationId: `op-${seq}`, kind: 'join' }
  const { clientMessageId, clientSeq, type, body, clientCreatedAt } = request
  return {
    ...common,
    actorId: 'me',
    operationId: clientMessageId,
    kind: 'message',
    message: { senderId: 'me', deviceId: 'd1', clientMessageId, clientSeq, type, body, clientCreatedAt },
  }
}

async function scriptedNode(): Promise<ScriptedNode> {
  const http = createServer()
  const io = new Server<ClientToServer, ServerToClient>(http, { transports: ['websocket'] })
  const node: ScriptedNode = {
    url: '',
    log: [entryOf(1)],
    sends: [],
    handshakes: [],
    ranges: [],
    afterStore: (_socket, _sends, ack) => ack(),
    live: (entry) => void io.emit('entry', entry),
    heartbeat: (head) => void io.emit('heartbeat', { rooms: { r: { epoch: 'e1', head } } }),
    dropAll: () => io.disconnectSockets(true),
    resetFrom: null,
    async [Symbol.asyncDispose]() {
      await io.close()
    },
  }
  const between = (after: number, upTo: number): WireEntry[] => node.log.filter(({ seq }) => seq > after && seq <= upTo)
  io.on('connection', (socket) => {
    node.handshakes.push({ connectionNumber: Number(socket.handshake.auth['connectionNumber']) })
    socket.emit('hello', { node: 'node-1', bootId: 'b1', protocol: 1 })
    socket.on('join', (_request, ack) => ack({ ok: true, seq: 1, epoch: 'e1', duplicate: false }))
    socket.on('sync:begin', (request, ack) => {
      const head = node.log.length
      ack({ ok: true, rooms: Object.keys(request.rooms), further: [] })
      for (const [room, { appliedSeq }] of Object.entries(request.rooms)) {
        const complete = { room, epoch: 'e1', head, members: [{ userId: 'other', joinedSeq: 1, leftSeq: null }], cursors: [] }
        if (node.resetFrom !== null) {
          socket.emit('sync:reset', { room, epoch: 'e1', head, reason: 'gap_over_limit' })
          socket.emit('sync:complete', complete)
        } else socket.emit('sync:page', { room, epoch: 'e1', entries: between(appliedSeq, head) }, () => socket.emit('sync:complete', complete))
      }
    })
    socket.on('message:send', (request, ack) => {
      node.sends.push(request)
      const known = node.log.find(({ operationId }) => operationId === request.clientMessageId)
      const entry = known ?? entryOf(node.log.length + 1, request)
      if (!known) node.log.push(entry)
      node.afterStore(socket, node.sends.length, () => ack({ ok: true, id: entry.id, seq: entry.seq, epoch: 'e1', duplicate: known !== undefined }))
    })
    socket.on('range:get', ({ after, upTo }, ack) => {
      node.ranges.push({ after, upTo })
      ack({ ok: true, entries: between(after, upTo), head: node.log.length })
    })
    socket.on('history:page', ({ before = node.log.length + 1, limit }, ack) => {
      const from = Math.max(0, before - 1 - limit)
      ack({ ok: true, entries: between(from, before - 1), epoch: 'e1', from, to: before - 1, head: node.log.length, hasMore: from > 0 })
    })
    socket.on('cursor:set', (request, ack) => {
      ack({ ok: true })
      const mine = request.cursors[0]
      if (mine) socket.emit('receipts', { room: 'r', cursors: [{ userId: 'other', deviceId: 'x', deliveredSeq: mine.deliveredSeq, readSeq: mine.readSeq }] })
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  node.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  return node
}

interface Record {
  applied: number[]
  held: number[]
  byWay: Map<number, number>
  statuses: string[]
  outcomes: string[]
  attempts: string[]
  resets: number
  disconnects: string[]
  onDisconnect: () => void
}

function recorder(): { record: Record; observer: Observer } {
  const record: Record = {
    applied: [],
    held: [],
    byWay: new Map(),
    statuses: [],
    outcomes: [],
    attempts: [],
    resets: 0,
    disconnects: [],
    onDisconnect: () => {},
  }
  const nothing = (): void => {}
  const observer: Observer = {
    connected: nothing,
    disconnected(reason) {
      record.disconnects.push(reason)
      queueMicrotask(() => record.onDisconnect())
    },
    delivery(_room, _kind, seq, _rev, _body, _sender, layerBits) {
      if (layerBits & layer.held) record.held.push(seq)
      if (layerBits & layer.applied) {
        record.applied.push(seq)
        record.byWay.set(seq, layerBits & ~(layer.wire | layer.applied | layer.shown))
      }
    },
    attempt: (id, attempt) => void record.attempts.push(`${id} ${attempt}`),
    outcome: (_id, outcome) => void record.outcomes.push(outcome.kind === 'ok' ? `ok ${outcome.seq}` : outcome.kind),
    status: (_id, status) => void record.statuses.push(status),
    syncBegin: nothing,
    syncComplete: nothing,
    syncReset: () => void (record.resets += 1),
    heartbeat: nothing,
    watermark: nothing,
    receipt: nothing,
    joined: nothing,
    rangeAsked: nothing,
  }
  return { record, observer }
}

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]()
})

async function joinedClient(parts: ClientParts = clientParts): Promise<{ node: ScriptedNode; client: ChatClient; record: Record }> {
  const node = await scriptedNode()
  open.push(node)
  const { record, observer } = recorder()
  const client = await createChatClient({
    url: node.url,
    token: async () => 'token',
    userId: 'me',
    deviceId: 'd1',
    storage: memoryStorage(),
    observer,
    random: Math.random,
    now: Date.now,
    parts,
    settings: { ackMs: 200, backoffFirstMs: 10, backoffLimitMs: 40, holdMs: 30, graceMs: 50, watermarkMs: 20, reconnectFirstMs: 10, reconnectLimitMs: 20 },
  })
  open.push({ [Symbol.asyncDispose]: client.close })
  await client.connect(3_000)
  await client.join('r')
  return { node, client, record }
}
const settled = (client: ChatClient): Promise<null> => vi.waitFor(() => expect(client.pending()).toBeNull() ?? null, { timeout: 3_000, interval: 5 })

describe('chat client', () => {
  it('sends in order, one at a time, and shows the way of a message up to read', async () => {
    const { node, client, record } = await joinedClient()
    const ids = [client.send('r', 'one'), client.send('r', 'two'), client.send('r', 'three')]
    await settled(client)
    expect(node.sends.map(({ clientMessageId, clientSeq }) => [clientMessageId, clientSeq])).toEqual(ids.map((id, index) => [id, index + 1]))
    expect(record.outcomes).toEqual(['ok 2', 'ok 3', 'ok 4'])
    for (const entry of node.log) node.live(entry)
    await vi.waitFor(() => expect(record.statuses.filter((status) => status === 'read')).toHaveLength(3))
    expect(record.statuses.filter((status) => status === 'delivered')).toHaveLength(3)
  })

  it('sends again with the same identity when the ack is lost, and the message is stored once', async () => {
    const { node, client, record } = await joinedClient()
    node.afterStore = (_socket, sends, ack) => (sends === 1 ? undefined : ack())
    const id = client.send('r', 'lost ack')
    await settled(client)
    expect(record.attempts).toEqual([`${id} 1`, `${id} 2`])
    expect(node.sends.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(record.outcomes).toEqual(['unknown', 'ok 2'])
    expect(record.statuses.slice(0, 4)).toEqual(['queued', 'sending', 'retrying', 'sending'])
    expect(node.log).toHaveLength(2)
  })

  it('learns from the replay that a send in flight at the disconnect was stored', async () => {
    const { node, client, record } = await joinedClient()
    node.afterStore = (socket, sends, ack) => (sends === 1 ? void socket.disconnect(true) : ack())
    client.send('r', 'in flight')
    await vi.waitFor(() => expect(record.outcomes).toContain('ok 2'))
    await settled(client)
    expect(record.outcomes).toEqual(['unknown', 'ok 2'])
    expect(record.attempts).toHaveLength(1)
    expect(record.applied).toEqual([1, 2])
    expect(node.handshakes.map(({ connectionNumber }) => connectionNumber)).toEqual([1, 2])
  })

  it('comes back after the server disconnects it, and sends nothing meanwhile', async () => {
    const { node, client, record } = await joinedClient()
    record.onDisconnect = () => void client.send('r', 'while offline')
    node.dropAll()
    await vi.waitFor(() => expect(record.outcomes).toEqual(['ok 2']))
    expect(record.disconnects).toEqual(['io server disconnect'])
    expect(record.statuses.slice(0, 4)).toEqual(['offline', 'queued', 'sending', 'sent'])
  })

  it('applies each entry once over duplicates and gaps, and asks for the range that is missing', async () => {
    const { node, client, record } = await joinedClient()
    for (let seq = 2; seq <= 6; seq += 1) node.log.push(entryOf(seq))
    for (const seq of [2, 2, 5, 6, 5, 1]) node.live(entryOf(seq))
    await vi.waitFor(() => expect(record.applied).toEqual([1, 2, 3, 4, 5, 6]))
    await settled(client)
    expect(node.ranges).toEqual([{ after: 2, upTo: 4 }])
    expect(record.held).toEqual([5, 6])
    expect([record.byWay.get(3), record.byWay.get(5)]).toEqual([wayBit.range, wayBit.live])
  })

  it('repairs a silent loss when the heartbeat is ahead for longer than the grace', async () => {
    const { node, record } = await joinedClient()
    node.log.push(entryOf(2), entryOf(3))
    node.heartbeat(3)
    await vi.waitFor(() => expect(record.applied).toEqual([1, 2, 3]))
    expect(node.ranges).toEqual([{ after: 1, upTo: 3 }])
  })

  it('begins a new generation at a reset and pages back to where it was', async () => {
    const { node, client, record } = await joinedClient()
    for (let seq = 2; seq <= 250; seq += 1) node.log.push(entryOf(seq))
    node.resetFrom = 0
    await client.reconnect(3_000)
    await settled(client)
    expect(record.resets).toBe(1)
    expect(record.applied.slice(1, 3)).toEqual([151, 152])
    expect([...record.applied].sort((left, right) => left - right)).toEqual(Array.from({ length: 250 }, (_, index) => index + 1))
  })

  it('says what it waited for when no node answers', async () => {
    const { observer } = recorder()
    const client = await createChatClient({
      url: 'http://127.0.0.1:1',
      token: async () => 'token',
      userId: 'me',
      deviceId: 'd1',
      storage: memoryStorage(),
      observer,
      random: Math.random,
      now: Date.now,
    })
    open.push({ [Symbol.asyncDispose]: client.close })
    await expect(client.connect(100)).rejects.toThrow(/after 100 ms still waiting: connect: not connected/)
  })

  it('keeps a row in sending for ever under the mutant plain-ack-without-timeout', async () => {
    const { node, client, record } = await joinedClient(plainAckWithoutTimeout.client?.(clientParts))
    node.afterStore = (socket) => {
      node.log.pop()
      socket.disconnect(true)
    }
    client.send('r', 'stuck')
    await vi.waitFor(() => expect(node.handshakes).toHaveLength(2))
    await vi.waitFor(() => expect(client.pending()).toBe('outbox: 1 messages'))
    expect(record.statuses).toEqual(['queued', 'sending'])
  })
})
