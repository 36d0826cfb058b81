/** Delivered and read watermarks: gathered in memory, written in one bulk per second, read back from the store, never through the adapter. */
import type { CursorState } from '../protocol.ts'
import type { Store, StoredCursor } from './store.ts'

export interface Cursor extends CursorState {
  roomId: string
}
export interface ChangedCursor extends Cursor {
  changedAtMs: number
}
export interface ReceiptStore {
  /** Raises each cursor; none ever falls. */
  write(cursors: readonly Cursor[]): Promise<void>
  /** Those of the rooms that changed after this time of the store's clock; null: all. */
  changed(rooms: readonly string[], sinceMs: number | null): Promise<ChangedCursor[]>
}

export function receiptStoreOf(store: Store): ReceiptStore {
  return {
    async write(cursors) {
      if (cursors.length === 0) return
      const operations = cursors.map(({ roomId, userId, deviceId, deliveredSeq, readSeq }) => ({
        updateOne: {
          filter: { _id: `${roomId}|${userId}|${deviceId}` },
          update: { $max: { deliveredSeq, readSeq }, $setOnInsert: { roomId, userId, deviceId }, $currentDate: { changedAt: true as const } },
          upsert: true,
        },
      }))
      await store.cursors.bulkWrite(operations, { ordered: false })
    },
    async changed(rooms, sinceMs) {
      const ofRooms = { $match: { roomId: { $in: [...rooms] } } }
      // Two stages: some servers scan for `{roomId: $in, changedAt}`, while others make one of it and choose the better index.
      const stages = sinceMs === null ? [ofRooms] : [{ $match: { changedAt: { $gt: new Date(sinceMs) } } }, ofRooms]
      const found = await store.cursors.aggregate<StoredCursor>(stages).toArray()
      return found.map(({ roomId, userId, deviceId, deliveredSeq, readSeq, changedAt }) => ({
        roomId,
        userId,
        deviceId,
        deliveredSeq,
        readSeq,
        changedAtMs: changedAt.getTime(),
      }))
    },
  }
}

const keyOf = (cursor: Cursor) => `${cursor.roomId}|${cursor.userId}|${cursor.deviceId}`

/** The higher of both, field by field. */
function raise(cursor: Cursor, other: Cursor | undefined): Cursor {
  if (other === undefined) return cursor
  return { ...cursor, deliveredSeq: Math.max(cursor.deliveredSeq, other.deliveredSeq), readSeq: Math.max(cursor.readSeq, other.readSeq) }
}

/** Cursors that wait for the next bulk. */
export class PendingCursors {
  readonly #receipts: ReceiptStore
  #waiting = new Map<string, Cursor>()
  #writing = 0

  constructor(receipts: ReceiptStore) {
    this.#receipts = receipts
  }

  get size(): number {
    return this.#waiting.size + this.#writing
  }

  set(cursor: Cursor): void {
    this.#waiting.set(keyOf(cursor), raise(cursor, this.#waiting.get(keyOf(cursor))))
  }

  /** The highest readSeq of a user's devices by room, of what is not written yet. */
  readSeqsOf(userId: string): Map<string, number> {
    const highest = new Map<string, number>()
    for (const cursor of this.#waiting.values())
      if (cursor.userId === userId) highest.set(cursor.roomId, Math.max(highest.get(cursor.roomId) ?? 0, cursor.readSeq))
    return highest
  }

  /** What fails waits for the next time; rejects then. */
  async flush(): Promise<void> {
    const batch = [...this.#waiting.values()]
    this.#waiting.clear()
    this.#writing = batch.length
    try {
      await this.#receipts.write(batch)
    } catch (error) {
      for (const cursor of batch) this.set(cursor)
      throw error
    } finally {
      this.#writing = 0
    }
  }
}
