/** Once a second: writes this node's cursors, reads those of its rooms that changed, and tells the rooms' own sockets. */
import { channelOf } from './socket-types.ts'
import type { ChangedCursor, PendingCursors, ReceiptStore } from './cursors.ts'
import type { ChatServer } from './socket-types.ts'

/** A write may become readable later than its time says: read again this far back. */
const overlapMs = 3000

export function receiptRound(io: ChatServer, receipts: ReceiptStore, pending: PendingCursors, roomsWithSockets: () => string[]): () => Promise<void> {
  let sinceMs: number | null = null
  /** What was told last, by cursor, so that the overlap is not told twice. */
  let told = new Map<string, string>()

  return async () => {
    await pending.flush()
    const rooms = roomsWithSockets()
    if (rooms.length === 0) return
    const changed = await receipts.changed(rooms, sinceMs === null ? null : sinceMs - overlapMs)
    const nowTold = new Map<string, string>()
    const fresh = new Map<string, ChangedCursor[]>()
    for (const cursor of changed) {
      const key = `${cursor.roomId}|${cursor.userId}|${cursor.deviceId}`
      const value = `${cursor.deliveredSeq}:${cursor.readSeq}`
      nowTold.set(key, value)
      if (told.get(key) !== value) fresh.set(cursor.roomId, [...(fresh.get(cursor.roomId) ?? []), cursor])
      sinceMs = Math.max(sinceMs ?? 0, cursor.changedAtMs)
    }
    told = nowTold
    for (const [room, cursors] of fresh) {
      io.local
        .to(channelOf(room))
        .emit('receipts', { room, cursors: cursors.map(({ userId, deviceId, deliveredSeq, readSeq }) => ({ userId, deviceId, deliveredSeq, readSeq })) })
    }
  }
}
