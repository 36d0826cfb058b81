/** Binds what a node sends by itself, besides the replay of a sync. */
import type { Connection } from './connection.ts'
import type { Intake } from './intake.ts'
import type { Observer } from './observer.ts'
import type { Others } from './others.ts'
import type { Receiving } from './receiving.ts'
import type { Repair } from './repair.ts'
import type { Room, Rooms } from './room.ts'

export interface ArrivalsOptions {
  connection: Connection
  rooms: Rooms
  intake: Intake
  repair: Repair
  receiving: Receiving
  others: Others
  observer: Pick<Observer, 'heartbeat'>
  /** The room is in another epoch than its view. */
  otherEpoch: (room: Room) => void
}

export function bindArrivals({ connection, rooms, intake, repair, receiving, others, observer, otherEpoch }: ArrivalsOptions): void {
  connection.on('entry', (entry) => {
    const room = rooms.get(entry.room)
    if (!room) intake.ignore(entry)
    else if (intake.take(room, entry, 'live') === 'foreign') otherEpoch(room)
  })
  connection.on('heartbeat', (heartbeat) => {
    for (const [name, { epoch, head }] of Object.entries(heartbeat.rooms)) {
      observer.heartbeat(name, head, epoch)
      const room = rooms.get(name)
      if (!room?.synced) continue
      if (epoch !== room.view.epoch) otherEpoch(room)
      else repair.headTold(room, head)
    }
  })
  connection.on('receipts', (receipts) => {
    const room = rooms.get(receipts.room)
    if (room) receiving.cursors(room, receipts.cursors)
  })
  connection.on('presence', others.presence)
  connection.on('typing', others.typing)
}
