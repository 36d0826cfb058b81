/** Takes what is told of how far others have come, and moves own messages on by it. */
import type { CursorState, ServerToClient } from '../protocol.ts'
import type { Observer } from './observer.ts'
import type { OwnMessages } from './own-messages.ts'
import type { ClientParts } from './parts.ts'
import type { Room, Rooms } from './room.ts'

export interface Receiving {
  /** Members and cursors as they come with a sync. */
  standing: (room: Room, complete: Parameters<ServerToClient['sync:complete']>[0]) => void
  cursors: (room: Room, cursors: readonly CursorState[]) => void
  /** Once more for all rooms: what is applied meanwhile lets receipts count that came before it. */
  advanceAll: () => void
}

export function createReceiving(
  rooms: Rooms,
  ownMessages: OwnMessages,
  parts: Pick<ClientParts, 'othersThrough'>,
  observer: Pick<Observer, 'receipt'>,
): Receiving {
  function advance(room: Room): void {
    ownMessages.advance(room.name, parts.othersThrough(room.receipts, room.view.applied))
  }
  function cursors(room: Room, told: readonly CursorState[]): void {
    for (const cursor of told) {
      if (!room.receipts.reach(cursor)) continue
      const reached = room.receipts.reached(cursor.userId)
      observer.receipt(room.name, cursor.userId, reached.deliveredSeq, reached.readSeq)
    }
    advance(room)
  }
  return {
    cursors,
    standing(room, complete) {
      room.receipts.replaceMembers(complete.members, complete.head)
      room.role.replaceMembers(complete.members)
      cursors(room, complete.cursors)
    },
    advanceAll() {
      for (const room of rooms.values()) advance(room)
    },
  }
}
