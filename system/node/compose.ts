/** Puts a node together from its parts. The one place where seams meet. */
import { acceptSockets } from './admission.ts'
import { closeOlder } from './auth.ts'
import { PendingCursors } from './cursors.ts'
import { DeviceConnections } from './device-connections.ts'
import { drainNode } from './drain.ts'
import { entryFlowOf } from './entry-flow.ts'
import { eventLogOf } from './event-log.ts'
import { expiryOf } from './expiry.ts'
import { filesOf } from './files.ts'
import { openFoundation } from './foundation.ts'
import { journaledPresence } from './journaled-presence.ts'
import { limitsOf } from './limits.ts'
import { startRounds } from './node-rounds.ts'
import { plainParts } from './plain-parts.ts'
import { UntoldReceipts } from './receipts.ts'
import { replayReadsOf } from './replay-reads.ts'
import { answerRequests } from './request-routes.ts'
import { StoreWatch } from './store-watch.ts'
import type { Server } from 'node:http'
import type { Configuration } from './configuration.ts'
import type { NodeContext } from './context.ts'
import type { FilesParts } from './files.ts'
import type { Surroundings } from './foundation.ts'
import type { NodeParts } from './parts.ts'

export interface RunningChatNode {
  /** Resolves with the port once it listens. */
  listen(): Promise<number>
  /** Refuses what is new, finishes what is in flight, closes. */
  drain(): Promise<void>
}

export function composeNode(configuration: Configuration, surroundings: Surroundings, decorate: (parts: NodeParts) => NodeParts): RunningChatNode {
  const foundation = openFoundation(configuration, surroundings, () => {
    const { sockets } = io.of('/')
    parts.journal.write('leaseLost', { count: sockets.size })
    for (const socket of sockets.values()) socket.conn.close(true)
    rooms.forgetAll()
  })
  const { store, http, io, lease, nowMs, monotonicNs, random, newId, onError } = foundation
  const parts = decorate(plainParts(foundation))
  const flow = entryFlowOf(foundation, parts)
  const { rooms, exclusions } = flow
  const presence = journaledPresence(foundation, parts, flow)
  const cursors = new PendingCursors(parts.receipts)
  const limits = limitsOf(configuration.limits)
  const { log, uploads, objects, journal } = parts
  const files: FilesParts = { log, uploads, objects, journal, settings: configuration.files, rooms, lease, limit: limits.uploads, nowMs, newId, onError }
  const seconds = () => Number(monotonicNs()) / 1e9
  let isDraining = false
  const context: NodeContext = {
    parts,
    rooms,
    cursors,
    limits,
    lease,
    exclusions,
    presence,
    replays: replayReadsOf(log, parts.receipts),
    expiry: expiryOf(configuration.secret, nowMs),
    files: filesOf(files),
    events: eventLogOf(foundation.metrics, foundation.log),
    seconds,
    newId,
    isDraining: () => isDraining,
    onError,
  }
  const watch = new StoreWatch(store.database, parts.indexes, () => Number(monotonicNs() / 1_000_000n))
  const connections = new DeviceConnections(store, (latest) => closeOlder(io, latest))
  const untold = new UntoldReceipts()
  let beatAt = seconds()
  acceptSockets({ foundation, context, watch, connections })
  answerRequests({ foundation, context, files, watch, untold, heartbeatLagSeconds: () => seconds() - beatAt })
  const rounds = startRounds({ foundation, context, flow, files, watch, connections, untold, onHeartbeat: () => void (beatAt = seconds()) })

  return {
    listen: () => listenOn(http, configuration.port),
    async drain() {
      if (isDraining) return
      isDraining = true
      await drainNode({ io, rounds, rooms, flush: () => cursors.flush(), random, nowMs, onError })
      await presence.close()
      await lease.release().catch((error: unknown) => onError(error, 'giving the lease back'))
      journal.write('closed', {})
      journal.close()
      await store.client.close()
    },
  }
}

/** Of this machine only: clients come by way of the balancer. */
function listenOn(http: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, '127.0.0.1', () => {
      const address = http.address()
      if (address === null || typeof address === 'string') reject(new Error('no TCP address after listen'))
      else resolve(address.port)
    })
  })
}
