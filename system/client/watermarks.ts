/** Tells the node how far this device has come, in one request a tick for all rooms. */
import type { CursorRequest } from '../protocol.ts'
import type { Connection } from './connection.ts'
import { nextCursor } from './cursor.ts'
import type { Observer } from './observer.ts'
import type { Room } from './room.ts'

type Cursor = CursorRequest['cursors'][number]

/** Cursors in one request. */
const cursorLimit = 1000

export interface Watermarks {
  tick(): Promise<void>
}

export function createWatermarks(
  connection: Connection,
  rooms: ReadonlyMap<string, Room>,
  observer: Pick<Observer, 'watermark'>,
  changed: () => void,
): Watermarks {
  let asking = false

  function due(): Cursor[] {
    const cursors: Cursor[] = []
    for (const room of rooms.values()) {
      // What is below a reset and not loaded yet is not delivered.
      if (!room.synced || room.ended || room.backfill) continue
      const next = nextCursor(room.view.applied, room.cursor, room.readTo)
      if (next) cursors.push({ room: room.name, ...next })
      if (cursors.length === cursorLimit) break
    }
    return cursors
  }

  return {
    async tick() {
      const cursors = asking ? [] : due()
      if (cursors.length === 0) return
      asking = true
      const session = connection.session()
      for (const cursor of cursors) observer.watermark(cursor.room, cursor.deliveredSeq, cursor.readSeq)
      // Without an answer the next tick says it again: cursors only rise.
      const answer = await connection.request('cursor:set', { cursors }).catch(() => null)
      asking = false
      if (!answer?.ok || session !== connection.session()) return
      for (const { room, deliveredSeq, readSeq } of cursors) {
        const followed = rooms.get(room)
        if (followed?.synced) followed.cursor = { deliveredSeq, readSeq }
      }
      changed()
    },
  }
}
