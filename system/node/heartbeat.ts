/** Tells sockets the heads of their rooms, read from the store: the repair of every publish that was lost, in a quiet room too. */
import { pageLimit } from '../protocol.ts'
import { channelOf } from './socket-types.ts'
import type { LogStore } from './log-store.ts'
import type { HeartbeatTeller } from './parts.ts'
import type { RoomLog } from './room-log.ts'
import type { Rooms } from './rooms.ts'
import type { ChatServer } from './socket-types.ts'
import type { Store } from './store.ts'

export function heartbeatTellerOf(io: ChatServer): HeartbeatTeller {
  return {
    tell(room, beat) {
      io.local.to(channelOf(room)).emit('heartbeat', { rooms: { [room]: beat } })
    },
  }
}

export interface HeartbeatOptions {
  io: ChatServer
  rooms: Rooms
  store: Pick<Store, 'rooms'>
  log: LogStore
  teller: HeartbeatTeller
  roomsWithSockets: () => string[]
}

/** Whether the store must be asked for a room's head in this round. Not when this node has committed there since the last: with that the store told it. */
export function askingOf(): (room: Pick<RoomLog, 'ownSeq'>) => boolean {
  const ownSeqs = new WeakMap<Pick<RoomLog, 'ownSeq'>, number>()
  return (room) => {
    const before = ownSeqs.get(room) ?? 0
    ownSeqs.set(room, room.ownSeq)
    return room.ownSeq === before
  }
}

export function heartbeatRound({ io, rooms, store, log, teller, roomsWithSockets }: HeartbeatOptions): () => Promise<void> {
  const mustAsk = askingOf()
  return async () => {
    const served = roomsWithSockets().flatMap((roomId) => rooms.opened(roomId) ?? [])
    if (served.length === 0) return
    const epochs = new Map((await store.rooms.find({ _id: { $in: served.map((room) => room.roomId) } }).toArray()).map((room) => [room._id, room.epoch]))
    const asked = served.filter(mustAsk)
    const past = await log.readHeads(asked.map(({ roomId, epoch, head }) => ({ roomId, epoch, after: head, upTo: head + pageLimit })))
    for (const room of served) {
      const { roomId } = room
      const epoch = epochs.get(roomId)
      if (epoch === room.epoch) {
        await room.fold(past.get(roomId) ?? [])
        teller.tell(roomId, { epoch, head: room.head })
        continue
      }
      // The store was made anew or restored: clients hear of it, and must begin a sync to be served again.
      rooms.forget(roomId)
      if (epoch !== undefined) teller.tell(roomId, { epoch, head: 0 })
      io.local.in(channelOf(roomId)).socketsLeave(channelOf(roomId))
    }
  }
}
