/** The least chat that the reference client accepts: one process, in memory, no faults. Only for measuring and testing the load engine apart from a cluster. */
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import {
  pageLimit,
  type ClientToServer,
  type JoinAck,
  type JoinRequest,
  type ServerToClient,
  type SendAck,
  type SendRequest,
  type SyncAck,
  type SyncRequest,
  type WireEntry,
} from '../../system/protocol.ts'

const epoch = 'epoch-1'

export interface SmallChat extends AsyncDisposable {
  url: string
  rooms: ReadonlyMap<string, readonly WireEntry[]>
  /** Appends a message of nobody's and sends it to all members. */
  say(room: string, body: string): void
}

export async function startSmallChat(): Promise<SmallChat> {
  const io = new Server<ClientToServer, ServerToClient, Record<string, never>, { user: string }>({ transports: ['websocket'] })
  const rooms = new Map<string, WireEntry[]>()
  const append = (room: string, actorId: string, operationId: string, part: Pick<WireEntry, 'kind' | 'message'>): WireEntry => {
    const log = rooms.get(room) ?? []
    rooms.set(room, log)
    const seq = log.length + 1
    const entry: WireEntry = { room, epoch, seq, rev: seq, id: randomUUID(), actorId, operationId, at: 0, ...part }
    log.push(entry)
    io.to(room).emit('entry', entry)
    return entry
  }
  const say = (room: string, senderId: string, request: Pick<SendRequest, 'clientMessageId' | 'clientSeq' | 'body'>): WireEntry =>
    append(room, senderId, request.clientMessageId, {
      kind: 'message',
      message: { ...request, senderId, deviceId: 'device', type: 'text', clientCreatedAt: 0 },
    })

  io.on('connection', (socket) => {
    const user = String(socket.handshake.auth['deviceId'])
    socket.emit('hello', { node: 'small', bootId: 'boot-1', protocol: 1 })
    socket.on('join', (request: JoinRequest, ack: (answer: JoinAck) => void) => {
      const { seq } = append(request.room, user, request.operationId, { kind: 'join' })
      ack({ ok: true, seq, epoch, duplicate: false })
    })
    socket.on('sync:begin', (request: SyncRequest, ack: (answer: SyncAck) => void) => {
      ack({ ok: true, rooms: Object.keys(request.rooms), further: [] })
      for (const [room, { appliedSeq }] of Object.entries(request.rooms)) {
        void socket.join(room)
        const missing = (rooms.get(room) ?? []).slice(appliedSeq)
        for (let from = 0; from < missing.length; from += pageLimit)
          socket.emit('sync:page', { room, epoch, entries: missing.slice(from, from + pageLimit) }, () => undefined)
        socket.emit('sync:complete', { room, epoch, head: rooms.get(room)?.length ?? 0, members: [], cursors: [] })
      }
    })
    socket.on('message:send', (request: SendRequest, ack: (answer: SendAck) => void) => {
      const { id, seq } = say(request.room, user, { clientMessageId: request.clientMessageId, clientSeq: request.clientSeq, body: request.body })
      ack({ ok: true, id, seq, epoch, duplicate: false })
    })
    socket.on('cursor:set', (_request, ack) => ack({ ok: true }))
  })
  const beat = setInterval(
    () => io.emit('heartbeat', { rooms: Object.fromEntries([...rooms].map(([room, log]) => [room, { epoch, head: log.length }])) }),
    1000,
  )
  io.listen(0)
  const { port } = io.httpServer.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    rooms,
    say: (room, body) => void say(room, 'nobody', { clientMessageId: randomUUID(), clientSeq: 1, body }),
    async [Symbol.asyncDispose]() {
      clearInterval(beat)
      await io.close()
    },
  }
}
