/** Every entry that comes to the client, by whatever way, goes through here. */
import type { WireEntry } from '../protocol.ts'
import { layer, wayBit } from './observer.ts'
import type { Observer, Way } from './observer.ts'
import { leaverOf } from './receipts.ts'
import type { ClientParts } from './parts.ts'
import type { MessageRecord } from './records.ts'
import { releaseNext } from './room-view.ts'
import type { Arrival } from './room-view.ts'
import type { Room } from './room.ts'

export interface Intake {
  take(room: Room, entry: WireEntry, way: Way): Arrival
  /** An entry of a history page that the view is built from: it is shown, and the view's order has nothing to do with it. */
  takeFromHistory(room: Room, entry: WireEntry): void
  /** An entry that a person looked up; `room`: its room, when this client follows it. It changes what is shown there already, and adds nothing. */
  look(room: Room | undefined, entry: WireEntry): void
  /** An entry of a room without a view: seen on the wire, no more. */
  ignore(entry: WireEntry): void
}

export interface IntakeOptions {
  userId: string
  parts: Pick<ClientParts, 'arrive' | 'settles'>
  observer: Pick<Observer, 'delivery' | 'changed' | 'filesShown'>
  ownEntry: (entry: WireEntry) => void
  /** The own user isn't a member any more, by this entry. */
  ended: (room: Room, entry: WireEntry) => void
  /** The first entry that had to be held, or one that was dropped. */
  gap: (room: Room) => void
}

export function createIntake({ userId, parts, observer, ownEntry, ended, gap }: IntakeOptions): Intake {
  function tell(entry: WireEntry, layerBits: number): void {
    const message = entry.message
    observer.delivery(entry.room, entry.kind, entry.seq, entry.rev, message ? message.body : null, message ? message.senderId : entry.actorId, layerBits)
  }
  function recognise(entry: WireEntry): void {
    if (entry.actorId === userId && entry.kind === 'message' && parts.settles(entry)) ownEntry(entry)
  }
  function show(room: Room, entry: WireEntry, way: number): void {
    const anew = room.records.take(entry)
    for (const { seq, rev, content } of anew) observer.changed?.(room.name, seq, rev, content, layer.applied | layer.shown | way)
    const first = entry.message?.attachments === undefined ? undefined : room.records.get(entry.id)
    for (const record of first ? [first] : bringsFiles(entry) ? anew : []) showFiles(room, record)
  }
  function showFiles(room: Room, { seq, content: { body, senderId, attachments } }: MessageRecord): void {
    if (attachments !== undefined) observer.filesShown?.(room.name, seq, { body, senderId, attachments })
  }
  function admit(room: Room, entry: WireEntry, way: Way, layerBits: number): void {
    tell(entry, layerBits | layer.applied | layer.shown | wayBit[way])
    show(room, entry, wayBit[way])
    if (entry.kind === 'message') return
    room.role.follow(entry)
    room.receipts.follow(entry)
    if (leaverOf(entry) === userId) ended(room, entry)
  }

  return {
    take(room, entry, way) {
      const { view } = room
      const arrival = parts.arrive(view, entry, way)
      if (arrival === 'applied') {
        admit(room, entry, way, layer.wire)
        for (let next = releaseNext(view); next; next = releaseNext(view)) admit(room, next.entry, next.way, 0)
      } else {
        tell(entry, layer.wire | wayBit[way] | (arrival === 'held' ? layer.held : 0))
        if (arrival === 'held' || arrival === 'dropped') gap(room)
      }
      if (arrival !== 'foreign') recognise(entry)
      return arrival
    },
    takeFromHistory(room, entry) {
      tell(entry, layer.wire | layer.applied | layer.shown | wayBit.page)
      show(room, entry, wayBit.page)
      room.role.follow(entry)
      recognise(entry)
    },
    look(room, entry) {
      tell(entry, layer.wire | wayBit.page)
      if (room?.view.epoch === entry.epoch && room.records.get(entry.id)) show(room, entry, wayBit.page)
      recognise(entry)
    },
    ignore: (entry) => tell(entry, layer.wire | wayBit.live),
  }
}

/** Verdicts, and what is shown whole again. */
function bringsFiles({ kind }: WireEntry): boolean {
  return kind === 'upload-state' || kind === 'moderate'
}
