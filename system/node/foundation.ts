/** What the parts of a node stand on: its store, its sockets, its lease on them, its journal and metrics. */
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { openAdapter } from './adapters.ts'
import { noJournal, openJournal } from './journal.ts'
import { Lease } from './lease.ts'
import { leaseStoreOf } from './lease-store.ts'
import { leased } from './leased-adapter.ts'
import { openMetrics } from './metrics.ts'
import { openStore } from './store.ts'
import type { Server as HttpServer } from 'node:http'
import type { Configuration } from './configuration.ts'
import type { WriteLog } from './event-log.ts'
import type { Journal } from './journal.ts'
import type { LeaseStore } from './lease-store.ts'
import type { Metrics } from './metrics.ts'
import type { ChatServer } from './socket-types.ts'
import type { Store } from './store.ts'

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
/** `onError` counts as well. */
export interface Foundation extends Surroundings {
  configuration: Configuration
  bootId: string
  metrics: Metrics
  store: Store
  http: HttpServer
  io: ChatServer
  leases: LeaseStore
  lease: Lease
  /** As it is before a mutant replaces it. */
  journal: Journal
}

/** `onLeaseLost`: in the step that notices it. */
export function openFoundation(configuration: Configuration, surroundings: Surroundings, onLeaseLost: () => void): Foundation {
  const { name, boot } = configuration
  const { monotonicNs } = surroundings
  const metrics = openMetrics()
  const onError: Surroundings['onError'] = (error, during) => {
    metrics.failed(during)
    surroundings.onError(error, during)
  }
  const originNs = configuration.originNs ?? monotonicNs()
  const store = openStore(configuration.mongo.url, configuration.mongo.database)
  const bootId = `${name}:${boot}:${surroundings.newId()}`
  const leases = leaseStoreOf(store)
  const lease = new Lease({
    store: leases,
    bootId,
    node: name,
    ...configuration.lease,
    monotonicMs: () => Number(monotonicNs()) / 1e6,
    onLost() {
      onError(new Error(`not renewed for ${configuration.lease.leaseMs} ms: sockets dropped, rooms forgotten`), 'lease')
      onLeaseLost()
    },
  })
  const http = createServer()
  const io: ChatServer = new Server(http, {
    adapter: leased(openAdapter(configuration.adapter, { ...configuration.redis, log: surroundings.log }), () => lease.isHeld()),
    pingInterval: configuration.pingIntervalMs,
    pingTimeout: configuration.pingTimeoutMs,
    serveClient: false,
  })
  const journal = metrics.counting(
    configuration.journal === null ? noJournal : openJournal({ path: configuration.journal, node: name, boot, nowNs: () => monotonicNs() - originNs }),
  )
  return { ...surroundings, onError, configuration, bootId, metrics, store, http, io, leases, lease, journal }
}
