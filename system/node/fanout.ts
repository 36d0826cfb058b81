/** How committed entries reach sockets: the committing node serves its own at once; the others hear of it through the adapter. */
import { channelOf } from './socket-types.ts'
import type { WireEntry } from '../protocol.ts'
import type { Journal } from './journal.ts'
import type { ChatServer, ChatSocket } from './socket-types.ts'

export interface Fanout {
  /** To the other nodes, where the adapter reaches them. Never awaited: a lost publish is repaired by the heartbeat. */
  publish(entry: WireEntry): void
  /** Entries that other nodes publish. */
  onEntry(listener: (entry: WireEntry) => void): void
  /** To this node's own sockets in the room: the same to all, or to each user what `shownTo` gives (null: nothing). */
  relay(entry: WireEntry, shownTo?: (user: string) => WireEntry | null): void
}

export function fanoutOf(io: ChatServer, journal: Journal, reachesOthers: boolean): Fanout {
  let gathered: WireEntry[] = []
  const flush = () => {
    const entries = gathered
    gathered = []
    io.serverSideEmit('entries', entries)
    for (const { room, seq, operationId } of entries) journal.write('published', { room, seq, operationId })
  }
  return {
    publish(entry) {
      if (!reachesOthers) return
      gathered.push(entry)
      // What one insert committed comes in one turn: one publish for all of it.
      if (gathered.length === 1) setImmediate(flush)
    },
    onEntry(listener) {
      io.on('entries', (entries) => entries.forEach(listener))
    },
    relay(entry, shownTo) {
      const channel = channelOf(entry.room)
      const ids = io.of('/').adapter.rooms.get(channel)
      if (ids === undefined || ids.size === 0) return
      let count = ids.size
      if (shownTo === undefined) io.local.to(channel).emit('entry', entry)
      else count = [...ids].filter((id) => emitTo(io.of('/').sockets.get(id), shownTo)).length
      journal.write('relayed', { room: entry.room, seq: entry.seq, count, operationId: entry.operationId })
    },
  }
}

function emitTo(socket: ChatSocket | undefined, shownTo: (user: string) => WireEntry | null): boolean {
  const shown = socket === undefined ? null : shownTo(socket.data.user)
  if (socket === undefined || shown === null) return false
  socket.emit('entry', shown)
  return true
}
