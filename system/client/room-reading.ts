import type { RoomReading } from './api.ts'
import type { Others } from './others.ts'
import type { Room } from './room.ts'

/** What a program may see of a room. */
export function readingOf(room: Room, userId: string, others: Others): RoomReading {
  return {
    name: room.name,
    messages: () => room.records.all(),
    message: (messageId) => room.records.get(messageId),
    typing: () => others.typingIn(room.name),
    readSeq: () => Math.max(room.receipts.reached(userId).readSeq, room.cursor.readSeq),
    appliedSeq: () => room.view.applied,
    role: () => room.role.role(),
    member: () => !room.ended,
  }
}
