/** Puts a node together from its parts. The one place where seams meet. */
import { createServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-adapter'
import { Server } from 'socket.io'
import { ConnectRefused, authenticate, closeAtExpiry, closeElsewhere } from './auth.ts'
import { PendingCursors, receiptStoreOf } from './cursors.ts'
import { drainNode } from './drain.ts'
import { wireOf } from './entries.ts'
import { fanoutOf } from './fanout.ts'
import { bindHandlers } from './handlers.ts'
import { healthListener } from './health.ts'
import { heartbeatRound, heartbeatTellerOf } from './heartbeat.ts'
import { noJournal, openJournal } from './journal.ts'
import { sendLimit } from './limits.ts'
import { logStoreOf } from './log-store.ts'
import { protocolVersion } from '../protocol.ts'
import { receiptRound } from './receipts.ts'
import { openRedis } from './redis.ts'
import { refusal } from './refusal.ts'
import { roomsOf } from './rooms.ts'
import { repeat } from './rounds.ts'
import { slowConsumerRound } from './slow-consumers.ts'
import { channelOf } from './socket-types.ts'
import { indexesOf, openStore } from './store.ts'
import { StoreWatch } from './store-watch.ts'
import type { Configuration } from './configuration.ts'
import type { NodeContext } from './context.ts'
import type { NodeParts } from './parts.ts'
import type { ChatServer } from './socket-types.ts'

/** Time and chance, and where errors are told. */
export interface Surroundings {
  nowMs: () => number
  /** Nanoseconds of CLOCK_MONOTONIC. */
  monotonicNs: () => bigint
  random: () => number
  /** UUIDv7. */
  newId: () => string
  newEpoch: () => string
  onError: (error: unknown, during: string) => void
}
export interface RunningChatNode {
  /** Resolves with the port once it listens. */
  listen(): Promise<number>
  /** Refuses what is new, finishes what is in flight, closes. */
  drain(): Promise<void>
}

export function composeNode(configuration: Configuration, surroundings: Surroundings, decorate: (parts: NodeParts) => NodeParts): RunningChatNode {
  const { nowMs, monotonicNs, random, newId, newEpoch, onError } = surroundings
  const { name, boot } = configuration
  const originNs = configuration.originNs ?? monotonicNs()
  const store = openStore(configuration.mongo.url, configuration.mongo.database)
  const redis = { publish: openRedis(configuration.redis.url, 'publish', onError), subscribe: openRedis(configuration.redis.url, 'subscribe', onError) }
  const http = createServer()
  const io: ChatServer = new Server(http, {
    adapter: createAdapter(redis.publish, redis.subscribe, { key: configuration.redis.prefix }),
    pingInterval: configuration.pingIntervalMs,
    pingTimeout: configuration.pingTimeoutMs,
    serveClient: false,
  })

  const journal =
    configuration.journal === null ? noJournal : openJournal({ path: configuration.journal, node: name, boot, nowNs: () => monotonicNs() - originNs })
  const log = logStoreOf(store.log)
  const parts = decorate({
    log,
    indexes: indexesOf(store),
    fanout: fanoutOf(io, journal),
    writePath: { append: (room, intent) => room.append(intent) },
    heartbeat: heartbeatTellerOf(io),
    ranges: { read: (window) => log.readWindow(window) },
    receipts: receiptStoreOf(store),
    journal,
  })

  const rooms = roomsOf(
    store,
    {
      log: parts.log,
      node: name,
      nowMs,
      onError,
      onFolded(roomId, entry) {
        if (entry.kind === 'leave') takeOut(io, roomId, entry.actorId)
      },
      onCommitted(entry) {
        const { roomId: room, seq, attempt: count, operationId } = entry
        parts.journal.write('committed', { room, seq, count, operationId })
        parts.journal.write('folded', { room, seq, operationId })
        parts.fanout.relay(wireOf(entry))
        parts.fanout.publish(wireOf(entry))
      },
    },
    newEpoch,
  )
  parts.fanout.onEntry((entry) => {
    const room = rooms.opened(entry.room)
    if (room?.epoch !== entry.epoch) return
    const isWhole = room.observe([entry])
    // The gap may be folded a moment later; clients hold what comes early.
    parts.fanout.relay(entry)
    if (!isWhole) room.catchUp().catch((error: unknown) => onError(error, `gap in ${entry.room}`))
  })

  const cursors = new PendingCursors(parts.receipts)
  const watch = new StoreWatch(store.database, parts.indexes, () => Number(monotonicNs() / 1_000_000n))
  let draining = false
  const context: NodeContext = { parts, rooms, cursors, limit: sendLimit(configuration.sendsPerSecond), newId, isDraining: () => draining, onError }
  acceptSockets(io, context, watch, configuration, nowMs, `${name}:${boot}:${newId()}`)

  const pendingAppends = () => rooms.all().reduce((sum, room) => sum + room.pending, 0)
  http.on(
    'request',
    healthListener({
      state: () => ({
        node: name,
        boot,
        sockets: io.of('/').sockets.size,
        openRooms: rooms.all().length,
        pendingAppends: pendingAppends(),
        pendingCursors: cursors.size,
      }),
      unready: () => (draining ? 'it is closing' : watch.unready()),
    }),
  )
  const roomsWithSockets = () => rooms.all().flatMap(({ roomId }) => ((io.of('/').adapter.rooms.get(channelOf(roomId))?.size ?? 0) > 0 ? [roomId] : []))
  const saveRooms = async () => {
    for (const room of rooms.all()) await rooms.save(room)
  }
  const rounds = [
    repeat('store watch', 250, () => watch.round(), onError),
    repeat('heartbeat', configuration.heartbeatMs, heartbeatRound({ io, rooms, store, log: parts.log, teller: parts.heartbeat, roomsWithSockets }), onError),
    repeat('receipts', configuration.receiptsMs, receiptRound(io, parts.receipts, cursors, roomsWithSockets), onError),
    repeat('saving rooms', 1000, saveRooms, onError),
    repeat('slow consumers', 1000, slowConsumerRound(io), onError),
  ]

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        http.once('error', reject)
        http.listen(configuration.port, '127.0.0.1', () => {
          const address = http.address()
          if (address === null || typeof address === 'string') reject(new Error('no TCP address after listen'))
          else resolve(address.port)
        })
      }),
    async drain() {
      if (draining) return
      draining = true
      await drainNode({ io, rounds, pendingAppends, flush: () => cursors.flush(), saveRooms, random, nowMs, onError })
      parts.journal.write('closed', {})
      parts.journal.close()
      await store.client.close()
    },
  }
}

function acceptSockets(io: ChatServer, context: NodeContext, watch: StoreWatch, { name, secret }: Configuration, nowMs: () => number, bootId: string): void {
  io.use((socket, next) => {
    if (context.isDraining()) return next(new ConnectRefused(refusal('draining', 'this node is closing')))
    if (!watch.hasIndexes) return next(new ConnectRefused(refusal('unavailable', 'this node is not ready yet', 200)))
    authenticate(socket.handshake.auth, secret).then(
      (answer) => {
        if (!answer.ok) return next(new ConnectRefused(answer))
        Object.assign(socket.data, answer.session)
        next()
      },
      (error: unknown) => {
        context.onError(error, 'authentication')
        next(new ConnectRefused(refusal('internal', 'authentication failed')))
      },
    )
  })
  io.on('connection', (socket) => {
    const { user, device, connectionNumber } = socket.data
    socket.emit('hello', { node: name, bootId, protocol: protocolVersion })
    bindHandlers(context, socket)
    closeAtExpiry(socket, nowMs())
    closeElsewhere(io, { user, device, connectionNumber })
    io.serverSideEmit('connected', { user, device, connectionNumber })
  })
  io.on('connected', (session) => closeElsewhere(io, session))
}

/** A leaver's sockets leave the room in the step that folds the leave. */
function takeOut(io: ChatServer, roomId: string, user: string): void {
  const channel = channelOf(roomId)
  for (const id of io.of('/').adapter.rooms.get(channel) ?? []) {
    const socket = io.of('/').sockets.get(id)
    if (socket?.data.user === user) void socket.leave(channel)
  }
}
