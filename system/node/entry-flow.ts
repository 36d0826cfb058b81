/**
 * The way of a committed entry through a node: folded into its room, relayed to the node's own sockets, published to the other nodes; and
 * of one that another node published. An exclusion is confirmed once it has gone that way.
 */
import { Exclusions } from './exclusions.ts'
import { excludedBy } from './folds.ts'
import { RecordChanges } from './record-changes.ts'
import { relayingOf } from './relaying.ts'
import { roomsOf } from './rooms.ts'
import { channelOf } from './socket-types.ts'
import type { Foundation } from './foundation.ts'
import type { NodeParts } from './parts.ts'
import type { Rooms } from './rooms.ts'

export interface EntryFlow {
  rooms: Rooms
  exclusions: Exclusions
  changes: RecordChanges
  /** Open rooms that sockets of this node are in. */
  roomsWithSockets: () => string[]
}

export function entryFlowOf({ configuration, bootId, store, io, leases, lease, nowMs, newEpoch, onError }: Foundation, parts: NodeParts): EntryFlow {
  const { name, exclusionWaitMs } = configuration
  const { log, fanout, evictions, confirmations, journal } = parts
  const changes = new RecordChanges()
  const rooms = roomsOf(
    store,
    {
      log,
      node: name,
      nowMs,
      onError,
      onFolded(roomId, entry) {
        changes.observe(roomId, entry)
        evictions.takeOut(roomId, entry)
        relaying.folded(entry)
      },
      onCommitted(entry, wire) {
        const { roomId: room, seq, attempt: count, operationId } = entry
        journal.write('committed', { room, seq, count, operationId })
        journal.write('folded', { room, seq, operationId })
        relaying.committed(wire)
        fanout.publish(wire)
      },
    },
    newEpoch,
  )
  const relaying = relayingOf({ fanout, lease, rooms, onError })
  const exclusions = new Exclusions({ confirmations, leases, rooms, journal, node: name, bootId, waitMs: exclusionWaitMs, nowMs })
  fanout.onEntry((entry) => {
    void relaying.published(entry)
    if (excludedBy(entry) !== null) exclusions.confirm(entry).catch((error: unknown) => onError(error, `confirming an exclusion from ${entry.room}`))
  })
  return {
    rooms,
    exclusions,
    changes,
    roomsWithSockets: () => rooms.all().flatMap(({ roomId }) => ((io.of('/').adapter.rooms.get(channelOf(roomId))?.size ?? 0) > 0 ? [roomId] : [])),
  }
}
