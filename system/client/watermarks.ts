/** Tells the node how far this device has come, in one request a tick for all rooms. */
import type { CursorRequest } from '../protocol.ts'
import type { Connection } from './connection.ts'
import { nextCursor } from './cursor.ts'
import type { Observer } from './observer.ts'
import type { Result } from './operations.ts'
import type { ClientParts } from './parts.ts'
import type { Room } from './room.ts'

type Cursor = CursorRequest['cursors'][number]

/** Cursors in one request. */
const cursorLimit = 1000

export interface Watermarks {
  /** Tells what is new. Resolves once the node has answered, or not in time. */
  tick(): Promise<void>
  /** The person has read up to `seq`, as far as it is here: told at once. */
  read(room: Room, seq: number): Promise<Result<{ readSeq: number }>>
}

export function createWatermarks(
  connection: Connection,
  rooms: ReadonlyMap<string, Room>,
  parts: Pick<ClientParts, 'deliveredThrough'>,
  observer: Pick<Observer, 'watermark'>,
  changed: () => void,
): Watermarks {
  let asking: Promise<void> | null = null

  function due(): Cursor[] {
    const cursors: Cursor[] = []
    for (const room of rooms.values()) {
      // What is below a reset and not loaded yet is not delivered.
      if (!room.synced || room.ended || room.backfill) continue
      const next = nextCursor(parts.deliveredThrough(room.view), room.cursor, room.readTo)
      if (next) cursors.push({ room: room.name, ...next })
      if (cursors.length === cursorLimit) break
    }
    return cursors
  }
  async function tell(cursors: Cursor[]): Promise<void> {
    const session = connection.session()
    for (const cursor of cursors) observer.watermark(cursor.room, cursor.deliveredSeq, cursor.readSeq)
    // Without an answer the next tick says it again: cursors only rise.
    const answer = await connection.request('cursor:set', { cursors }).catch(() => null)
    asking = null
    if (!answer?.ok || session !== connection.session()) return
    for (const { room, deliveredSeq, readSeq } of cursors) {
      const followed = rooms.get(room)
      if (followed?.synced) followed.cursor = { deliveredSeq, readSeq }
    }
    changed()
  }
  function tick(): Promise<void> {
    if (asking) return asking
    const cursors = due()
    if (cursors.length === 0) return Promise.resolve()
    asking = tell(cursors)
    return asking
  }

  return {
    tick,
    async read(room, seq) {
      const readSeq = Math.min(seq, room.view.applied)
      room.readTo = Math.max(room.readTo, readSeq)
      // One request may be under way, the next says what is delivered, and read follows one step behind.
      for (let requests = 0; requests < 3 && room.cursor.readSeq < readSeq; requests += 1) await tick()
      return room.cursor.readSeq >= readSeq ? { kind: 'ok', readSeq } : { kind: 'unknown', why: 'the node has not confirmed it yet' }
    },
  }
}
