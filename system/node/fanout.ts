/** How committed entries reach sockets: the committing node serves its own at once; the others hear of it through the adapter. */
import { channelOf } from './socket-types.ts'
import type { WireEntry } from '../protocol.ts'
import type { Journal } from './journal.ts'
import type { ChatServer } from './socket-types.ts'

export interface Fanout {
  /** To the other nodes. Never awaited: a lost publish is repaired by the heartbeat. */
  publish(entry: WireEntry): void
  /** Entries that other nodes publish. */
  onEntry(listener: (entry: WireEntry) => void): void
  /** To this node's own sockets in the room. */
  relay(entry: WireEntry): void
}

export function fanoutOf(io: ChatServer, journal: Journal): Fanout {
  return {
    publish(entry) {
      io.serverSideEmit('entry', entry)
      journal.write('published', { room: entry.room, seq: entry.seq, operationId: entry.operationId })
    },
    onEntry(listener) {
      io.on('entry', listener)
    },
    relay(entry) {
      const channel = channelOf(entry.room)
      const sockets = io.of('/').adapter.rooms.get(channel)?.size ?? 0
      if (sockets === 0) return
      io.local.to(channel).emit('entry', entry)
      journal.write('relayed', { room: entry.room, seq: entry.seq, count: sockets, operationId: entry.operationId })
    },
  }
}
