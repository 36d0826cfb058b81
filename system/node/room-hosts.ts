/**
 * Where the balancer sends a client by the room that it names (`?room=`), a room belongs on one node. When a node returns, the balancer sends
 * new connections to it while the older ones stay where they are, and the room is split. So the node that took the latest connection of a room
 * says so in the store, and the others ask their connections of that room to come again: the balancer leads them to the same node.
 */
import { channelOf } from './socket-types.ts'
import type { Journal } from './journal.ts'
import type { ChatServer, ChatSocket } from './socket-types.ts'
import type { Store } from './store.ts'

export interface RoomHostsOptions {
  io: ChatServer
  store: Pick<Store, 'rooms'>
  journal: Pick<Journal, 'write'>
  bootId: string
  random: () => number
}

/** They come within this time and not all at once. */
const longestHintMs = 300

/** One round; it asks the store only when there are connections that name a room. */
export function roomHostRound({ io, store, journal, bootId, random }: RoomHostsOptions): () => Promise<void> {
  const { adapter, sockets } = io.of('/')
  let taken = new Set<string>()
  const asked = new WeakSet<ChatSocket>()
  // A member's connection only: nobody else gets into a room's channel.
  adapter.on('join-room', (channel: string, id: string) => {
    const room = sockets.get(id)?.data.room ?? null
    if (room !== null && channel === channelOf(room)) taken.add(room)
  })

  const sendOn = (room: string, those: readonly ChatSocket[]) => {
    journal.write('handedOver', { room, count: those.length })
    for (const socket of those) {
      // Who was asked a round ago and is still here is not asked again.
      if (asked.has(socket)) socket.conn.close()
      else socket.emit('reconnect', { afterMs: Math.round(random() * longestHintMs) })
      asked.add(socket)
    }
  }

  return async () => {
    const hosted = [...taken]
    taken = new Set()
    if (hosted.length > 0) await store.rooms.updateMany({ _id: { $in: hosted } }, { $set: { host: bootId } })
    const bound = Map.groupBy([...sockets.values()], (socket) => socket.data.room)
    bound.delete(null)
    if (bound.size === 0) return
    const rooms = [...bound.keys()].filter((room) => room !== null)
    for (const { _id: room, host = bootId } of await store.rooms.find({ _id: { $in: rooms } }, { projection: { host: 1 } }).toArray())
      if (host !== bootId && !taken.has(room)) sendOn(room, bound.get(room) ?? [])
  }
}
