/** The rooms that this node has open, and how a room is made, opened cold and its folded membership saved. */
import { ignoreDuplicateKey } from './duplicate-key.ts'
import { RoomLog } from './room-log.ts'
import { roomSavingOf } from './room-saving.ts'
import type { LogStore } from './log-store.ts'
import type { Store } from './store.ts'
import type { RoomLogOptions } from './room-log.ts'

export interface Rooms {
  /** Makes the room with a random epoch if there is none. */
  create(roomId: string): Promise<RoomLog>
  /** Null when there is no such room. Rejects when the store doesn't answer. */
  open(roomId: string): Promise<RoomLog | null>
  opened(roomId: string): RoomLog | undefined
  /** The room if it is open or being opened; undefined: this node holds nothing of it. */
  known(roomId: string): Promise<RoomLog | null> | undefined
  all(): RoomLog[]
  /** Appends that wait or are under way, over all open rooms. */
  pendingAppends(): number
  /** Forgets a room whose epoch is no longer the stored one. */
  forget(roomId: string): void
  /** Whatever it holds may be stale: every room is opened cold again. */
  forgetAll(): void
  /** Rooms of which a user is a member, as saved. */
  roomsOf(user: string): Promise<string[]>
  /** Saves membership changes and raises foldedThrough: a shortcut for cold opens, never the truth. */
  save(room: RoomLog): Promise<void>
  saveAll(): Promise<void>
}
export type RoomDefaults = Omit<RoomLogOptions, 'roomId' | 'epoch' | 'membership' | 'held' | 'isClosed' | 'foldedThrough'> & { log: Pick<LogStore, 'findHeld'> }

export function roomsOf(store: Store, defaults: RoomDefaults, newEpoch: () => string): Rooms {
  const opening = new Map<string, Promise<RoomLog | null>>()
  const opened = new Map<string, RoomLog>()
  const saving = new WeakMap<RoomLog, () => Promise<void>>()

  /** From foldedThrough to the head; it is open once everything stored is folded. */
  const openCold = async (roomId: string): Promise<RoomLog | null> => {
    const stored = await store.rooms.findOne({ _id: roomId })
    if (stored === null) return null
    const { epoch, foldedThrough, isClosed = false } = stored
    const [members, held] = await Promise.all([store.memberships.find({ roomId, epoch }).toArray(), defaults.log.findHeld(roomId, epoch)])
    const membership = new Map(
      members.map(({ userId, role, intervals, foldedSeq, ban = null, mute = null }) => [userId, { role, intervals, foldedSeq, ban, mute }]),
    )
    const room = new RoomLog({ ...defaults, roomId, epoch, membership, held: new Set(held), isClosed, foldedThrough })
    saving.set(room, roomSavingOf(store, room, foldedThrough))
    await room.catchUp()
    return room
  }
  const open = (roomId: string) => {
    const known = opening.get(roomId)
    if (known !== undefined) return known
    const begun = openCold(roomId)
    opening.set(roomId, begun)
    const forgetFailed = () => {
      if (opening.get(roomId) === begun) opening.delete(roomId)
    }
    begun.then((room) => {
      if (room === null) forgetFailed()
      // Not when it was forgotten meanwhile: what it holds may be stale.
      else if (opening.get(roomId) === begun) opened.set(roomId, room)
    }, forgetFailed)
    return begun
  }
  const all = () => [...opened.values()]
  const save = async (room: RoomLog) => saving.get(room)?.()
  return {
    open,
    async create(roomId) {
      const known = await open(roomId)
      if (known !== null) return known
      await store.rooms.updateOne({ _id: roomId }, { $setOnInsert: { epoch: newEpoch(), foldedThrough: 0 } }, { upsert: true }).catch(ignoreDuplicateKey)
      const made = await open(roomId)
      if (made === null) throw new Error(`room ${roomId} is not readable after it was made`)
      return made
    },
    opened: (roomId) => opened.get(roomId),
    known: (roomId) => opening.get(roomId),
    all,
    pendingAppends: () => all().reduce((sum, room) => sum + room.pending, 0),
    forget(roomId) {
      opening.delete(roomId)
      opened.delete(roomId)
    },
    forgetAll() {
      opening.clear()
      opened.clear()
    },
    async roomsOf(user) {
      return (await store.memberships.find({ userId: user, current: true }).toArray()).map((member) => member.roomId)
    },
    save,
    async saveAll() {
      for (const room of all()) await save(room)
    },
  }
}
