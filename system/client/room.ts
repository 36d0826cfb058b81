/** A room that this client follows: its view, its receipts and where the client stands with the node about it. */
import { nextCursor } from './cursor.ts'
import { createOwnRole } from './own-role.ts'
import type { OwnRole } from './own-role.ts'
import { createReceipts } from './receipts.ts'
import type { Receipts } from './receipts.ts'
import { createRecords } from './records.ts'
import type { Records } from './records.ts'
import { createRoomView } from './room-view.ts'
import type { RoomView } from './room-view.ts'

export interface Room {
  readonly name: string
  readonly view: RoomView
  readonly receipts: Receipts
  readonly role: OwnRole
  readonly records: Records
  /** Between sync:begin and the end of what it brings: sync:complete, and after a reset the newest history page too. */
  syncing: boolean
  completed: boolean
  newestLoaded: boolean
  /** Synced on the present connection. */
  synced: boolean
  /** The node doesn't let this user follow the room any more. */
  ended: boolean
  /** A range request is in flight. */
  asking: boolean
  /** History below a reset that is still to be loaded, `floor < seq < before`. */
  backfill: { before: number; floor: number } | null
  backfilling: boolean
  /** Last cursor that the node acked on this connection. */
  cursor: { deliveredSeq: number; readSeq: number }
  /** The person has read up to here; Infinity: whatever is delivered counts as read. */
  readTo: number
  /** Takes back the timer that runs because of held entries, or because of a heartbeat that is ahead. */
  cancelHold: (() => void) | null
  cancelGrace: (() => void) | null
}

export type Rooms = Map<string, Room>

/** The epoch that a client names when it has nothing of a room: the node answers with a reset. */
export const noEpoch = 'none'

export interface RoomLimits {
  holdEntries: number
  keptMessages: number
}

export function createRoom(name: string, epoch: string, applied: number, ownUser: string, limits: RoomLimits, readTo: number): Room {
  const role = createOwnRole(ownUser)
  return {
    name,
    view: createRoomView(name, epoch, applied, limits.holdEntries),
    receipts: createReceipts(ownUser),
    role,
    records: createRecords((senderId) => senderId === ownUser || role.role() !== 'member', limits.keptMessages),
    syncing: false,
    completed: false,
    newestLoaded: true,
    synced: false,
    ended: false,
    asking: false,
    backfill: null,
    backfilling: false,
    cursor: { deliveredSeq: 0, readSeq: 0 },
    readTo,
    cancelHold: null,
    cancelGrace: null,
  }
}

/** What is left of a room's connection when the connection is lost. */
export function detachRoom(room: Room): void {
  room.syncing = false
  room.synced = false
  room.cursor = { deliveredSeq: 0, readSeq: 0 }
  room.cancelHold?.()
  room.cancelGrace?.()
  room.cancelHold = null
  room.cancelGrace = null
}

/** Why the client isn't done with a room, or null. */
export function roomPending(room: Room): string | null {
  const { view } = room
  if (room.ended) return null
  if (!room.synced) return `room ${room.name}: not synced`
  if (room.backfill) return `room ${room.name}: history below ${room.backfill.before} not loaded`
  if (view.applied < view.wanted) return `room ${room.name}: applied ${view.applied} of ${view.wanted}`
  if (nextCursor(view.applied, room.cursor, room.readTo))
    return `room ${room.name}: watermark ${room.cursor.deliveredSeq}/${room.cursor.readSeq} of ${view.applied}`
  return null
}
