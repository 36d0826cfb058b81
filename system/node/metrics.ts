/** What a node tells Prometheus: names and units as its conventions ask (base units, `_total` for counters). Each node has a registry of its own. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { Journal } from './journal.ts'

/** Read when Prometheus asks. */
export interface Gauges {
  connections: () => number
  openRooms: () => number
  pendingAppends: () => number
  pendingCursors: () => number
  redisUp: () => boolean
  mongoUp: () => boolean
  /** Since the last heartbeat round that ended well. */
  heartbeatLagSeconds: () => number
  leaseHeld?: () => boolean
}
export interface Metrics {
  registry: Registry
  /** An event was answered; `outcome` is ok, duplicate or the code of the refusal. */
  answered(event: string, outcome: string, seconds: number): void
  presenceFailed(): void
  failed(during: string): void
  closedSlow(): void
  /** Counts what is journaled. */
  counting(journal: Journal): Journal
  /** Registers the gauges once the node is put together. */
  observe(gauges: Gauges): void
}

/** Up to the ack deadline of clients, which is 3 s. */
const ackBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10]

export function openMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const sends = new Counter({
    name: 'chat_sends_total',
    help: 'Sends answered, by outcome: ok, duplicate or an error code.',
    labelNames: ['outcome'],
    registers,
  })
  const events = new Counter({ name: 'chat_events_total', help: 'Events of clients answered.', labelNames: ['event', 'outcome'], registers })
  const acks = new Histogram({ name: 'chat_ack_seconds', help: 'Time from an event to its ack.', labelNames: ['event'], buckets: ackBuckets, registers })
  const published = new Counter({ name: 'chat_published_entries_total', help: 'Entries handed to the fanout for other nodes.', registers })
  const relays = new Counter({ name: 'chat_relays_total', help: "Entries relayed to this node's own sockets in a room.", registers })
  const deliveries = new Counter({ name: 'chat_relayed_deliveries_total', help: 'Entries relayed, times sockets.', registers })
  const replays = new Counter({ name: 'chat_replays_total', help: 'Replay pages and ranges sent.', registers })
  const replayed = new Counter({ name: 'chat_replayed_entries_total', help: 'Entries in replay pages and ranges.', registers })
  const presenceErrors = new Counter({ name: 'chat_presence_errors_total', help: 'Times that Redis did not do what presence asked of it.', registers })
  const slow = new Counter({ name: 'chat_slow_consumers_total', help: 'Sockets closed because their unsent packets piled up.', registers })
  const errors = new Counter({ name: 'chat_errors_total', help: 'Unexpected errors, by what was being done.', labelNames: ['during'], registers })

  return {
    registry,
    answered(event, outcome, seconds) {
      if (event === 'message:send') sends.inc({ outcome })
      events.inc({ event, outcome })
      acks.observe({ event }, seconds)
    },
    presenceFailed: () => presenceErrors.inc(),
    closedSlow: () => slow.inc(),
    // Only its first words: the rest may name a room or a user, and each value would be a series.
    failed: (during) => errors.inc({ during: during.split(' ', 2).join(' ').slice(0, 32) }),
    counting: (journal) => ({
      write(stage, row) {
        if (stage === 'published') published.inc()
        if (stage === 'relayed') {
          relays.inc()
          deliveries.inc(row.count ?? 0)
        }
        if (stage === 'replayed') {
          replays.inc()
          replayed.inc(row.count ?? 0)
        }
        journal.write(stage, row)
      },
      flush: () => journal.flush(),
      close: () => journal.close(),
    }),
    observe(gauges) {
      const gauge = (name: string, help: string, read: () => number) =>
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(read())
          },
        })
      gauge('chat_connections', 'Sockets connected to this node.', gauges.connections)
      gauge('chat_open_rooms', 'Rooms open on this node.', gauges.openRooms)
      gauge('chat_room_queue_depth', 'Appends that wait or are under way, over all rooms.', gauges.pendingAppends)
      gauge('chat_pending_cursors', 'Watermarks not written yet.', gauges.pendingCursors)
      gauge('chat_redis_up', '1 while Redis is connected.', () => Number(gauges.redisUp()))
      gauge('chat_mongo_up', '1 while MongoDB answers.', () => Number(gauges.mongoUp()))
      gauge('chat_heartbeat_lag_seconds', 'Time since the last heartbeat round that ended well.', gauges.heartbeatLagSeconds)
      const { leaseHeld } = gauges
      if (leaseHeld !== undefined) gauge('chat_lease_held', '1 while this node holds its lease.', () => Number(leaseHeld()))
    },
  }
}
