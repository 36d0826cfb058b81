/** The status of an own message as its sender may look it up: from the outbox while it waits, then from the receipts of its room. */
import type { OwnStatus } from './api.ts'
import type { Outbox } from './outbox.ts'
import type { OwnMessages } from './own-messages.ts'
import type { Room, Rooms } from './room.ts'
import { shownStatus, stateOfCount } from './status.ts'

export interface OwnStatusOptions {
  outbox: Pick<Outbox, 'get'>
  ownMessages: Pick<OwnMessages, 'get'>
  rooms: Rooms
  userId: string
  synced: () => boolean
}

export function createOwnStatus({ outbox, ownMessages, rooms, userId, synced }: OwnStatusOptions): (clientMessageId: string) => OwnStatus | undefined {
  /** Sent with another device of the user, or before a reload. */
  function ofRecord(clientMessageId: string): OwnStatus | undefined {
    for (const room of rooms.values()) {
      const record = room.records.all().find(({ content }) => content.clientMessageId === clientMessageId && content.senderId === userId)
      if (record) return counted(room, record.seq)
    }
    return undefined
  }
  function counted(room: Room, seq: number): OwnStatus {
    const count = room.receipts.countAt(seq)
    return { ...count, status: stateOfCount(count) }
  }

  return (clientMessageId) => {
    const row = outbox.get(clientMessageId)
    if (row) {
      const of = rooms.get(row.room)?.receipts.countAt(Infinity).of ?? 0
      const status = shownStatus(row.state, row.attempts, synced())
      return { status, deliveredTo: 0, readBy: 0, of, ...(row.state === 'failed' && row.failure ? { failure: row.failure } : {}) }
    }
    const own = ownMessages.get(clientMessageId)
    const room = own && rooms.get(own.room)
    // What was shown once isn't taken back when somebody joins or leaves.
    return room ? { ...room.receipts.countAt(own.seq), status: own.state } : ofRecord(clientMessageId)
  }
}
