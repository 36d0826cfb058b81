/** Tells this node's sockets of other people: one event a socket and round, only of users of whom it shares a room. */
import { currentJoin } from './folds.ts'
import { channelOf } from './socket-types.ts'
import type { PresenceView } from '../protocol.ts'
import type { CrowdKind } from './presence-store.ts'
import type { RoomLog } from './room-log.ts'
import type { ChatServer } from './socket-types.ts'

type Views = ReadonlyMap<string, PresenceView>
type Room = Pick<RoomLog, 'roomId' | 'membership'>

export interface PresenceTeller {
  changed(rooms: readonly Room[], views: Views): void
  /** To one socket that has just come into rooms: what the others in them were told before. */
  snapshot(socketId: string, views: Views): void
  crowd(kind: CrowdKind, room: string, users: string[], socketId?: string): void
  /** Socket ids and the channels that they came into since the last call. */
  takeNewcomers(): Map<string, Set<string>>
}

/** Of each room that has news: the channel and the users in it now. */
function newsByChannel(rooms: readonly Room[], views: Views): Map<string, string[]> {
  const news = new Map<string, string[]>()
  for (const { roomId, membership } of rooms) {
    const users = [...views.keys()].filter((user) => currentJoin(membership, user) !== null)
    if (users.length > 0) news.set(channelOf(roomId), users)
  }
  return news
}

export function presenceTellerOf(io: ChatServer): PresenceTeller {
  let newcomers = new Map<string, Set<string>>()
  io.of('/').adapter.on('join-room', (channel: string, id: string) => {
    if (channel === id) return
    const channels = newcomers.get(id) ?? new Set()
    newcomers.set(id, channels.add(channel))
  })
  io.of('/').on('connection', (socket) => void socket.once('disconnect', () => newcomers.delete(socket.id)))

  return {
    changed(rooms, views) {
      const news = newsByChannel(rooms, views)
      if (news.size === 0) return
      // Sockets in the same rooms get the same event, encoded once.
      const groups = new Map<string, { channels: string[]; sockets: string[] }>()
      for (const socket of io.of('/').sockets.values()) {
        const channels = [...socket.rooms].filter((channel) => news.has(channel))
        if (channels.length === 0) continue
        const key = channels.toSorted().join(' ')
        const group = groups.get(key) ?? { channels, sockets: [] }
        group.sockets.push(socket.id)
        groups.set(key, group)
      }
      for (const { channels, sockets } of groups.values()) {
        const users = new Set(channels.flatMap((channel) => news.get(channel) ?? []))
        io.local.to(sockets).emit('presence', { users: Object.fromEntries([...views].filter(([user]) => users.has(user))) })
      }
    },
    snapshot(socketId, views) {
      if (views.size > 0)
        io.of('/')
          .sockets.get(socketId)
          ?.emit('presence', { users: Object.fromEntries(views) })
    },
    crowd(kind, room, users, socketId) {
      const target = io.local.to(socketId ?? channelOf(room))
      if (kind === 'typing') target.emit('typing', { room, users })
      else target.emit('room:here', { room, users })
    },
    takeNewcomers() {
      const taken = newcomers
      newcomers = new Map()
      return taken
    },
  }
}
