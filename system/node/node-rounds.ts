/** The work that a node repeats, and how often. */
import { heartbeatRound } from './heartbeat.ts'
import { receiptRound } from './receipts.ts'
import { retentionSweep } from './retention-sweep.ts'
import { roomHostRound } from './room-hosts.ts'
import { repeat } from './rounds.ts'
import { slowConsumerRound } from './slow-consumers.ts'
import { takeSweepLease } from './sweep-lease.ts'
import { uploadSweep } from './upload-sweep.ts'
import type { NodeContext } from './context.ts'
import type { DeviceConnections } from './device-connections.ts'
import type { EntryFlow } from './entry-flow.ts'
import type { FilesParts } from './files.ts'
import type { FileObjects } from './file-objects.ts'
import type { Foundation } from './foundation.ts'
import type { UntoldReceipts } from './receipts.ts'
import type { Round } from './rounds.ts'
import type { StoreWatch } from './store-watch.ts'

export interface RoundParts {
  foundation: Foundation
  context: NodeContext
  flow: EntryFlow
  files: FilesParts
  watch: StoreWatch
  connections: DeviceConnections
  untold: UntoldReceipts
  /** A heartbeat round ended well. */
  onHeartbeat: () => void
}

export function startRounds(node: RoundParts): Round[] {
  const { foundation, context, flow, watch, connections, untold } = node
  const { configuration, bootId, metrics, store, io, lease, random, onError } = foundation
  const { parts, rooms, cursors, exclusions, presence } = context
  const { roomsWithSockets } = flow
  const beat = heartbeatRound({ io, rooms, store, log: parts.log, teller: parts.heartbeat, roomsWithSockets })
  const closeSlow = slowConsumerRound(io, configuration.slowConsumerPackets, () => metrics.closedSlow())
  const every = (periodMs: number, name: string, work: () => Promise<void>) => repeat(name, periodMs, work, onError)
  return [
    every(250, 'store watch', () => watch.round()),
    every(Math.min(250, configuration.lease.renewMs), 'lease', () => lease.round()),
    every(50, 'lease watch', async () => void lease.isHeld()),
    every(300, 'exclusions', () => exclusions.round()),
    every(configuration.heartbeatMs, 'heartbeat', () => beat().then(node.onHeartbeat)),
    every(1000, 'connections', () => connections.round()),
    every(1000, 'room hosts', roomHostRound({ io, store, journal: parts.journal, bootId, random })),
    every(configuration.receiptsMs, 'receipts', receiptRound({ io, receipts: parts.receipts, pending: cursors, untold, roomsWithSockets })),
    every(1000, 'saving rooms', () => rooms.saveAll()),
    every(configuration.retentionMs, 'retention', sweepOfRetention(node)),
    ...(parts.objects === null ? [] : [every(configuration.files.sweepMs, 'uploads', sweepOfUploads(node, parts.objects))]),
    every(1000, 'slow consumers', closeSlow),
    every(configuration.presence.coalesceMs, 'presence', () => presence.round()),
  ]
}

function sweepOfRetention({ foundation, context, flow }: RoundParts): () => Promise<void> {
  const { configuration, store, nowMs, newId, onError } = foundation
  const { parts, rooms } = context
  return retentionSweep({
    ...parts.keeping,
    store,
    log: parts.log,
    rooms,
    changes: flow.changes,
    node: configuration.name,
    leaseMs: 3 * configuration.retentionMs,
    nowMs,
    newId,
    onError,
    reached: async () => undefined,
  })
}

function sweepOfUploads({ foundation, files }: RoundParts, objects: FileObjects): () => Promise<void> {
  const { configuration, store, nowMs } = foundation
  const sweep = uploadSweep({ ...files, objects })
  const lease = { name: 'uploads', node: configuration.name, leaseMs: 3 * configuration.files.sweepMs }
  return async () => {
    if (await takeSweepLease(store, { ...lease, nowMs: nowMs() })) await sweep()
  }
}
