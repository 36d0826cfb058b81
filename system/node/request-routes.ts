/** What a node answers over HTTP beside Socket.IO's own path: exports, files, and how it is. The metrics read the same state. */
import { auditPages } from './audit-pages.ts'
import { besidePolling } from './beside-polling.ts'
import { withExports } from './exports.ts'
import { withFiles } from './file-route.ts'
import { healthListener } from './health.ts'
import type { NodeContext } from './context.ts'
import type { FilesParts } from './files.ts'
import type { Foundation } from './foundation.ts'
import type { NodeState } from './health.ts'
import type { UntoldReceipts } from './receipts.ts'
import type { StoreWatch } from './store-watch.ts'

export interface RouteParts {
  foundation: Foundation
  context: NodeContext
  files: FilesParts
  watch: StoreWatch
  untold: UntoldReceipts
  /** Since the last heartbeat round that ended well. */
  heartbeatLagSeconds: () => number
}

export function answerRequests({ foundation, context, files, watch, untold, heartbeatLagSeconds }: RouteParts): void {
  const { configuration, metrics, store, http, io, lease, onError } = foundation
  const { parts, rooms, cursors } = context
  const { secret, name, boot } = configuration
  const state = (): NodeState => ({
    node: name,
    boot,
    sockets: io.of('/').sockets.size,
    socketRooms: io.of('/').adapter.rooms.size,
    openRooms: rooms.all().length,
    pendingAppends: rooms.pendingAppends(),
    pendingCursors: cursors.size,
    untoldReceipts: untold.size,
  })
  const health = healthListener({
    state,
    unready: () => parts.unready(context.isDraining() ? 'it is closing' : (watch.unready() ?? lease.unready())),
    registry: metrics.registry,
  })
  const exports = { ...parts.keeping, secret, lease, rooms, log: parts.log, auditPages: () => auditPages(store), onError }
  http.on('request', besidePolling(io.path(), withExports(exports, withFiles({ ...files, secret }, health))))
  metrics.observe({
    connections: () => state().sockets,
    openRooms: () => state().openRooms,
    pendingAppends: () => state().pendingAppends,
    pendingCursors: () => state().pendingCursors,
    redisUp: () => parts.presence.isUp(),
    mongoUp: () => watch.unready() === null,
    heartbeatLagSeconds,
    leaseHeld: () => lease.isHeld(),
  })
}
