/** Puts a node together from its parts. The one place where seams meet. */
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { openAdapter } from './adapters.ts'
import { ConnectRefused, authenticate, closeOlder, connectionsBeside, latestBy } from './auth.ts'
import { confirmationStoreOf } from './confirmations.ts'
import { PendingCursors, receiptStoreOf } from './cursors.ts'
import { DeviceConnections } from './device-connections.ts'
import { drainNode } from './drain.ts'
import { eventLogOf } from './event-log.ts'
import { expiryOf } from './expiry.ts'
import { auditPages } from './audit-pages.ts'
import { besidePolling } from './beside-polling.ts'
import { withExports } from './exports.ts'
import { evictionsOf } from './evictions.ts'
import { Exclusions } from './exclusions.ts'
import { fanoutOf } from './fanout.ts'
import { openFileObjects } from './file-objects.ts'
import { withFiles } from './file-route.ts'
import { filesOf } from './files.ts'
import { excludedBy } from './folds.ts'
import { bindHandlers } from './handlers.ts'
import { healthListener } from './health.ts'
import { historyWindow } from './history-window.ts'
import { heartbeatRound, heartbeatTellerOf } from './heartbeat.ts'
import { noJournal, openJournal } from './journal.ts'
import { keepingOf } from './keeping.ts'
import { LastSeen } from './last-seen.ts'
import { Lease } from './lease.ts'
import { leaseStoreOf } from './lease-store.ts'
import { leased } from './leased-adapter.ts'
import { limitsOf } from './limits.ts'
import { logStoreOf } from './log-store.ts'
import { openMetrics } from './metrics.ts'
import { presenceOf } from './presence.ts'
import { presenceStoreOf } from './presence-store.ts'
import { presenceTellerOf } from './presence-teller.ts'
import { presenceBits } from '../journal-rows.ts'
import { protocolVersion } from '../protocol.ts'
import { receiptRound, UntoldReceipts } from './receipts.ts'
import { relayingOf } from './relaying.ts'
import { RecordChanges } from './record-changes.ts'
import { refusal } from './refusal.ts'
import { replayReadsOf } from './replay-reads.ts'
import { retentionSweep } from './retention-sweep.ts'
import { roomHostRound } from './room-hosts.ts'
import { roomsOf } from './rooms.ts'
import { repeat } from './rounds.ts'
import { slowConsumerRound } from './slow-consumers.ts'
import { channelOf } from './socket-types.ts'
import { indexesOf, openStore } from './store.ts'
import { StoreWatch } from './store-watch.ts'
import { planSync } from './sync-plan.ts'
import { takeSweepLease } from './sweep-lease.ts'
import { uploadStoreOf } from './upload-store.ts'
import { uploadSweep } from './upload-sweep.ts'
import type { Configuration } from './configuration.ts'
import type { FileObjects } from './file-objects.ts'
import type { WriteLog } from './event-log.ts'
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
  log: WriteLog
}
export interface RunningChatNode {
  /** Resolves with the port once it listens. */
  listen(): Promise<number>
  /** Refuses what is new, finishes what is in flight, closes. */
  drain(): Promise<void>
}

export function composeNode(configuration: Configuration, surroundings: Surroundings, decorate: (parts: NodeParts) => NodeParts): RunningChatNode {
  const { nowMs, monotonicNs, random, newId, newEpoch } = surroundings
  const metrics = openMetrics()
  const onError: Surroundings['onError'] = (error, during) => {
    metrics.failed(during)
    surroundings.onError(error, during)
  }
  const { name, boot } = configuration
  const originNs = configuration.originNs ?? monotonicNs()
  const store = openStore(configuration.mongo.url, configuration.mongo.database)
  const http = createServer()
  const bootId = `${name}:${boot}:${newId()}`
  const leases = leaseStoreOf(store)
  const lease = new Lease({
    store: leases,
    bootId,
    node: name,
    ...configuration.lease,
    monotonicMs: () => Number(monotonicNs()) / 1e6,
    onLost() {
      onError(new Error(`not renewed for ${configuration.lease.leaseMs} ms: sockets dropped, rooms forgotten`), 'lease')
      parts.journal.write('leaseLost', { count: io.of('/').sockets.size })
      for (const socket of io.of('/').sockets.values()) socket.conn.close(true)
      rooms.forgetAll()
    },
  })
  const io: ChatServer = new Server(http, {
    adapter: leased(openAdapter(configuration.adapter, { ...configuration.redis, log: surroundings.log }), () => lease.isHeld()),
    pingInterval: configuration.pingIntervalMs,
    pingTimeout: configuration.pingTimeoutMs,
    serveClient: false,
  })

  const journal = metrics.counting(
    configuration.journal === null ? noJournal : openJournal({ path: configuration.journal, node: name, boot, nowNs: () => monotonicNs() - originNs }),
  )
  const log = logStoreOf(store.log, store.audits)
  const parts = decorate({
    log,
    indexes: indexesOf(store),
    fanout: fanoutOf(io, journal, configuration.adapter !== 'none'),
    writePath: { append: (room, intent) => room.append(intent) },
    heartbeat: heartbeatTellerOf(io),
    ranges: { read: (window) => log.readWindow(window) },
    receipts: receiptStoreOf(store),
    evictions: evictionsOf(io),
    confirmations: confirmationStoreOf(store),
    keeping: keepingOf({ store, log, storage: configuration.storage, nowMs, newId }),
    journal,
    presence: presenceStoreOf({ url: configuration.redis.url, prefix: `${configuration.redis.prefix}:presence`, onError, log: surroundings.log }),
    uploads: uploadStoreOf(store.uploads, configuration.files.orphanMs),
    objects: configuration.storage === null ? null : openFileObjects(configuration.storage, configuration.files.storeUrl, nowMs),
    entrance: { enter: (socket, room) => void socket.join(channelOf(room)) },
    planReplay: planSync,
    historyWindow,
    unready: (why) => why,
  })

  const changes = new RecordChanges()
  const rooms = roomsOf(
    store,
    {
      log: parts.log,
      node: name,
      nowMs,
      onError,
      onFolded(roomId, entry) {
        changes.observe(roomId, entry)
        parts.evictions.takeOut(roomId, entry)
      },
      onCommitted(entry, wire) {
        const { roomId: room, seq, attempt: count, operationId } = entry
        parts.journal.write('committed', { room, seq, count, operationId })
        parts.journal.write('folded', { room, seq, operationId })
        relaying.committed(wire)
        parts.fanout.publish(wire)
      },
    },
    newEpoch,
  )
  const relaying = relayingOf({ fanout: parts.fanout, lease, rooms, onError })
  const exclusions = new Exclusions({
    confirmations: parts.confirmations,
    leases,
    rooms,
    journal: parts.journal,
    node: name,
    bootId,
    waitMs: configuration.exclusionWaitMs,
    nowMs,
  })
  parts.fanout.onEntry((entry) => {
    void relaying.published(entry)
    if (excludedBy(entry) !== null) exclusions.confirm(entry).catch((error: unknown) => onError(error, `confirming an exclusion from ${entry.room}`))
  })

  const cursors = new PendingCursors(parts.receipts)
  const untold = new UntoldReceipts()
  const watch = new StoreWatch(store.database, parts.indexes, () => Number(monotonicNs() / 1_000_000n))
  let draining = false
  const seconds = () => Number(monotonicNs()) / 1e9
  const roomsWithSockets = () => rooms.all().flatMap(({ roomId }) => ((io.of('/').adapter.rooms.get(channelOf(roomId))?.size ?? 0) > 0 ? [roomId] : []))
  const presence = presenceOf({
    store: parts.presence,
    lastSeen: new LastSeen(store.users),
    teller: presenceTellerOf(io),
    timing: configuration.presence,
    servedRooms: () => roomsWithSockets().flatMap((roomId) => rooms.opened(roomId) ?? []),
    nowMs,
    onError,
    onBeat(connections, isSure) {
      const unsure = isSure ? 0 : presenceBits.unconfirmed
      for (const { user, number: seq, idle } of connections) parts.journal.write('beatStored', { seq, user, extra: unsure | (idle ? presenceBits.idle : 0) })
    },
    onGone(connections, isSure) {
      for (const { user, number: seq } of connections) parts.journal.write('presenceGone', { seq, user, extra: isSure ? 0 : presenceBits.unconfirmed })
    },
    onFailure: () => metrics.presenceFailed(),
  })
  const limits = limitsOf(configuration.limits)
  const { log: records, uploads, objects } = parts
  const fileParts = {
    log: records,
    uploads,
    objects,
    journal: parts.journal,
    settings: configuration.files,
    rooms,
    lease,
    limit: limits.uploads,
    nowMs,
    newId,
    onError,
  }
  const context: NodeContext = {
    parts,
    rooms,
    cursors,
    limits,
    lease,
    exclusions,
    presence,
    replays: replayReadsOf(parts.log, parts.receipts),
    expiry: expiryOf(configuration.secret, nowMs),
    files: filesOf(fileParts),
    events: eventLogOf(metrics, surroundings.log),
    seconds,
    newId,
    isDraining: () => draining,
    onError,
  }
  const connections = new DeviceConnections(store, (latest) => closeOlder(io, latest))
  acceptSockets({ io, context, watch, connections, bootId }, configuration)

  const pendingAppends = () => rooms.all().reduce((sum, room) => sum + room.pending, 0)
  http.on(
    'request',
    besidePolling(
      io.path(),
      withExports(
        { ...parts.keeping, secret: configuration.secret, lease, rooms, log: parts.log, auditPages: () => auditPages(store), onError },
        withFiles(
          { ...fileParts, secret: configuration.secret },
          healthListener({
            state: () => ({
              node: name,
              boot,
              sockets: io.of('/').sockets.size,
              socketRooms: io.of('/').adapter.rooms.size,
              openRooms: rooms.all().length,
              pendingAppends: pendingAppends(),
              pendingCursors: cursors.size,
              untoldReceipts: untold.size,
            }),
            unready: () => parts.unready(draining ? 'it is closing' : (watch.unready() ?? lease.unready())),
            registry: metrics.registry,
          }),
        ),
      ),
    ),
  )
  const saveRooms = async () => {
    for (const room of rooms.all()) await rooms.save(room)
  }
  const beat = heartbeatRound({ io, rooms, store, log: parts.log, teller: parts.heartbeat, roomsWithSockets })
  let beatAt = seconds()
  metrics.observe({
    connections: () => io.of('/').sockets.size,
    openRooms: () => rooms.all().length,
    pendingAppends,
    pendingCursors: () => cursors.size,
    redisUp: () => parts.presence.isUp(),
    mongoUp: () => watch.unready() === null,
    heartbeatLagSeconds: () => seconds() - beatAt,
    leaseHeld: () => lease.isHeld(),
  })
  const uploadsSweep = (present: FileObjects) => {
    const sweepUploads = uploadSweep({ ...fileParts, objects: present })
    const lease = { name: 'uploads', node: name, leaseMs: 3 * configuration.files.sweepMs }
    return async () => {
      if (await takeSweepLease(store, { ...lease, nowMs: nowMs() })) await sweepUploads()
    }
  }
  const sweep = retentionSweep({
    ...parts.keeping,
    store,
    log: parts.log,
    rooms,
    changes,
    node: name,
    leaseMs: 3 * configuration.retentionMs,
    nowMs,
    newId,
    onError,
    reached: async () => undefined,
  })
  const rounds = [
    repeat('store watch', 250, () => watch.round(), onError),
    repeat('lease', Math.min(250, configuration.lease.renewMs), () => lease.round(), onError),
    repeat('lease watch', 50, async () => void lease.isHeld(), onError),
    repeat('exclusions', 300, () => exclusions.round(), onError),
    repeat('heartbeat', configuration.heartbeatMs, () => beat().then(() => void (beatAt = seconds())), onError),
    repeat('connections', 1000, () => connections.round(), onError),
    repeat('room hosts', 1000, roomHostRound({ io, store, journal: parts.journal, bootId, random }), onError),
    repeat('receipts', configuration.receiptsMs, receiptRound({ io, receipts: parts.receipts, pending: cursors, untold, roomsWithSockets }), onError),
    repeat('saving rooms', 1000, saveRooms, onError),
    repeat('retention', configuration.retentionMs, sweep, onError),
    ...(objects === null ? [] : [repeat('uploads', configuration.files.sweepMs, uploadsSweep(objects), onError)]),
    repeat(
      'slow consumers',
      1000,
      slowConsumerRound(io, configuration.slowConsumerPackets, () => metrics.closedSlow()),
      onError,
    ),
    repeat('presence', configuration.presence.coalesceMs, () => presence.round(), onError),
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
      await presence.close()
      await lease.release().catch((error: unknown) => onError(error, 'giving the lease back'))
      parts.journal.write('closed', {})
      parts.journal.close()
      await store.client.close()
    },
  }
}

interface Accepting {
  io: ChatServer
  context: NodeContext
  watch: StoreWatch
  connections: DeviceConnections
  bootId: string
}

function acceptSockets({ io, context, watch, connections, bootId }: Accepting, { name, secret }: Configuration): void {
  io.use((socket, next) => {
    if (context.isDraining()) return next(new ConnectRefused(refusal('draining', 'this node is closing')))
    if (!watch.hasIndexes || !context.lease.isHeld()) return next(new ConnectRefused(refusal('unavailable', 'this node is not ready yet', 200)))
    authenticate(socket.handshake, secret).then(
      (answer) => {
        if (!answer.ok) return next(new ConnectRefused(answer))
        const limited = context.limits.connection(connectionsBeside(io, answer.session))
        if (limited !== null) return next(new ConnectRefused(limited))
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
    const { user, device, connectionNumber, room } = socket.data
    const connection = { user, device, connectionNumber, room }
    socket.emit('hello', { node: name, bootId, protocol: protocolVersion })
    bindHandlers(context, socket)
    context.expiry.watch(socket)
    context.presence.connected(socket.id, user, device)
    socket.on('disconnect', () => {
      context.presence.disconnected(socket.id)
      connections.closed(connection)
    })
    closeOlder(io, latestBy(connection))
    connections.opened(connection)
    io.serverSideEmit('connected', connection)
  })
  io.on('connected', (connection) => closeOlder(io, latestBy(connection)))
}
