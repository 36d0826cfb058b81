/** How this node ends the stay of who leaves a room or is put out of it. */
import { excludedBy } from './folds.ts'
import { channelOf } from './socket-types.ts'
import type { WireEntry } from '../protocol.ts'
import type { ChatServer } from './socket-types.ts'

export interface Evictions {
  /** In the step that folds the entry: the user's sockets leave the room; who is put out is told so. Nothing for other entries. */
  takeOut(roomId: string, entry: WireEntry): void
}

export function evictionsOf(io: ChatServer): Evictions {
  return {
    takeOut(roomId, entry) {
      const excluded = excludedBy(entry)
      const user = excluded ?? (entry.kind === 'leave' ? entry.actorId : null)
      if (user === null) return
      const channel = channelOf(roomId)
      for (const id of io.of('/').adapter.rooms.get(channel) ?? []) {
        const socket = io.of('/').sockets.get(id)
        if (socket === undefined || socket.data.user !== user) continue
        if (excluded !== null) socket.emit('entry', entry)
        void socket.leave(channel)
      }
    },
  }
}
