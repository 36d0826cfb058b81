/** Every entry that comes to the client, by whatever way, goes through here. */
import type { WireEntry } from '../protocol.ts'
import { layer, wayBit } from './observer.ts'
import type { Observer, Way } from './observer.ts'
import { arrive, releaseNext } from './room-view.ts'
import type { Arrival } from './room-view.ts'
import type { Room } from './room.ts'

export interface Intake {
  take(room: Room, entry: WireEntry, way: Way): Arrival
  /** An entry of a history page: it is shown, and the view's order has nothing to do with it. */
  takeFromHistory(entry: WireEntry): void
  /** An entry of a room without a view: seen on the wire, no more. */
  ignore(entry: WireEntry): void
}

export interface IntakeOptions {
  userId: string
  observer: Pick<Observer, 'delivery'>
  ownEntry: (entry: WireEntry) => void
  /** The first entry that had to be held, or one that was dropped. */
  gap: (room: Room) => void
}

export function createIntake({ userId, observer, ownEntry, gap }: IntakeOptions): Intake {
  function tell(entry: WireEntry, layerBits: number): void {
    const message = entry.message
    observer.delivery(entry.room, entry.kind, entry.seq, entry.rev, message ? message.body : null, message ? message.senderId : entry.actorId, layerBits)
  }
  function recognise(entry: WireEntry): void {
    if (entry.actorId === userId && entry.kind === 'message') ownEntry(entry)
  }
  function follow(room: Room, entry: WireEntry): void {
    if (entry.kind !== 'message') room.receipts.follow(entry)
  }

  return {
    take(room, entry, way) {
      const { view } = room
      const arrival = arrive(view, entry, way)
      if (arrival === 'applied') {
        tell(entry, layer.wire | layer.applied | layer.shown | wayBit[way])
        follow(room, entry)
        for (let next = releaseNext(view); next; next = releaseNext(view)) {
          tell(next.entry, layer.applied | layer.shown | wayBit[next.way])
          follow(room, next.entry)
        }
      } else {
        tell(entry, layer.wire | wayBit[way] | (arrival === 'held' ? layer.held : 0))
        if (arrival === 'held' || arrival === 'dropped') gap(room)
      }
      if (arrival !== 'foreign') recognise(entry)
      return arrival
    },
    takeFromHistory(entry) {
      tell(entry, layer.wire | layer.applied | layer.shown | wayBit.page)
      recognise(entry)
    },
    ignore: (entry) => tell(entry, layer.wire | wayBit.live),
  }
}
