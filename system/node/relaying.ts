/** How an entry reaches this node's own sockets: decided on the room's folded state, in the step that emits. */
import { mayRead } from './folds.ts'
import { shownTo } from './showing.ts'
import type { WireEntry } from '../protocol.ts'
import type { Fanout } from './fanout.ts'
import type { Lease } from './lease.ts'
import type { RoomLog } from './room-log.ts'
import type { Rooms } from './rooms.ts'

export interface RelayingOptions {
  fanout: Pick<Fanout, 'relay'>
  lease: Pick<Lease, 'isHeld'>
  rooms: Pick<Rooms, 'opened'>
  onError: (error: unknown, during: string) => void
}
export interface Relaying {
  /** An entry of this node's own, right after its fold. */
  committed(entry: WireEntry): void
  /** Any entry that was just folded into an open room, whichever way this node came to know of it. */
  folded(entry: WireEntry): void
  /** An entry that another node published. Behind a gap it waits for the fold of what is missing; when that fails, the heartbeat repairs. */
  published(entry: WireEntry): Promise<void>
}

/** Scan workers append these and publish nothing: each node tells its sockets when it folds one, so that what follows it in the log doesn't wait behind a hole. */
const isToldAtFold = ({ kind }: WireEntry) => kind === 'upload-state'

export function relayingOf({ fanout, lease, rooms, onError }: RelayingOptions): Relaying {
  const relay = (room: RoomLog, entry: WireEntry, isNew: boolean) => {
    if (!lease.isHeld()) return
    const isHidden = room.held.has(entry.id) || (entry.change !== undefined && 'messageId' in entry.change && room.held.has(entry.change.messageId))
    // Folded in this very step: whoever is in the channel is a member at this seq. Later than that, each must be looked at.
    if (isNew && !isHidden) return fanout.relay(entry)
    fanout.relay(entry, (user) => (mayRead(room.membership, user, entry.seq) ? shownTo(room, user, entry) : null))
  }
  const relayUntold = (room: RoomLog, entry: WireEntry, isNew: boolean) => {
    if (!isToldAtFold(entry)) relay(room, entry, isNew)
  }
  return {
    committed(entry) {
      const room = rooms.opened(entry.room)
      if (room?.epoch === entry.epoch) relayUntold(room, entry, room.head === entry.seq)
    },
    folded(entry) {
      if (!isToldAtFold(entry)) return
      const room = rooms.opened(entry.room)
      if (room?.epoch === entry.epoch) relay(room, entry, true)
    },
    async published(entry) {
      const room = rooms.opened(entry.room)
      if (room?.epoch !== entry.epoch) return
      const isNew = entry.seq === room.head + 1
      if (room.observe([entry])) return relayUntold(room, entry, isNew)
      try {
        await room.catchUp()
      } catch (error) {
        return onError(error, `gap in ${entry.room}`)
      }
      if (entry.seq <= room.head && rooms.opened(entry.room) === room) relayUntold(room, entry, false)
    },
  }
}
