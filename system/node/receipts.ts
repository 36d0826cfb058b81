/** Once a second: writes this node's cursors, reads those of its rooms that changed, and tells the rooms' own sockets. */
import { channelOf } from './socket-types.ts'
import type { ChangedCursor, PendingCursors, ReceiptStore } from './cursors.ts'
import type { ChatServer } from './socket-types.ts'

/** A write may become readable later than its time says: read again this far back. */
const overlapMs = 3000
/**
 * Cursors times sockets that a room is told in one round; the rest waits for the next ones. In a room of n members each message moves n cursors that
 * n sockets are told of: at 500 members 250,000 a second, which is more than a page can show and leaves no time for messages.
 */
const toldPerRound = 10_000

/** What a room's sockets are still to be told, the oldest first; of a cursor only its latest state. */
export class UntoldReceipts {
  readonly #rooms = new Map<string, Map<string, ChangedCursor>>()

  get size(): number {
    return [...this.#rooms.values()].reduce((sum, cursors) => sum + cursors.size, 0)
  }

  add(cursor: ChangedCursor): void {
    const cursors = this.#rooms.get(cursor.roomId) ?? new Map<string, ChangedCursor>()
    this.#rooms.set(cursor.roomId, cursors.set(`${cursor.userId}|${cursor.deviceId}`, cursor))
  }

  /** For one round. `socketsIn`: of a room, at this node; where there are none, nobody is left to tell. */
  take(socketsIn: (room: string) => number): Map<string, ChangedCursor[]> {
    const taken = new Map<string, ChangedCursor[]>()
    for (const [room, cursors] of this.#rooms) {
      const sockets = socketsIn(room)
      const now = [...cursors].slice(0, sockets === 0 ? cursors.size : Math.max(1, Math.floor(toldPerRound / sockets)))
      for (const [key] of now) cursors.delete(key)
      if (cursors.size === 0) this.#rooms.delete(room)
      if (sockets > 0)
        taken.set(
          room,
          now.map(([, cursor]) => cursor),
        )
    }
    return taken
  }
}

interface Receipts {
  io: ChatServer
  receipts: ReceiptStore
  pending: PendingCursors
  untold: UntoldReceipts
  roomsWithSockets: () => string[]
}

export function receiptRound({ io, receipts, pending, untold, roomsWithSockets }: Receipts): () => Promise<void> {
  let sinceMs: number | null = null
  /** What was read last, by cursor, so that the overlap is not told twice. */
  let known = new Map<string, string>()

  return async () => {
    await pending.flush()
    const rooms = roomsWithSockets()
    if (rooms.length === 0) return
    const nowKnown = new Map<string, string>()
    for (const cursor of await receipts.changed(rooms, sinceMs === null ? null : sinceMs - overlapMs)) {
      const key = `${cursor.roomId}|${cursor.userId}|${cursor.deviceId}`
      const value = `${cursor.deliveredSeq}:${cursor.readSeq}`
      nowKnown.set(key, value)
      if (known.get(key) !== value) untold.add(cursor)
      sinceMs = Math.max(sinceMs ?? 0, cursor.changedAtMs)
    }
    known = nowKnown
    for (const [room, cursors] of untold.take((one) => io.of('/').adapter.rooms.get(channelOf(one))?.size ?? 0)) {
      io.local
        .to(channelOf(room))
        .emit('receipts', { room, cursors: cursors.map(({ userId, deviceId, deliveredSeq, readSeq }) => ({ userId, deviceId, deliveredSeq, readSeq })) })
    }
  }
}
