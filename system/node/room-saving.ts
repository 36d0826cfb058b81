/** Folded membership of a room in the store: a shortcut for cold opens and for `further`, never the truth. */
import { MongoBulkWriteError } from 'mongodb'
import { coalesce } from './coalesce.ts'
import { duplicateKey } from './duplicate-key.ts'
import type { RoomFold } from './room-fold.ts'
import type { Store } from './store.ts'

type SavedRoom = Pick<RoomFold, 'roomId' | 'epoch' | 'membership' | 'unsaved' | 'head' | 'isClosed'>
/** Of the store, what it takes. */
export interface SavingStore {
  rooms: Pick<Store['rooms'], 'updateOne'>
  memberships: Pick<Store['memberships'], 'bulkWrite'>
}

/**
 * Saves the members that changed, then raises foldedThrough from what is stored now. All who wait share a save: with one each, n joins at once
 * would write n members n times. Rejects when the store doesn't answer.
 */
export function roomSavingOf(store: SavingStore, room: SavedRoom, storedThrough: number): () => Promise<void> {
  let savedThrough = storedThrough
  return coalesce(async () => {
    const { head, roomId, epoch, isClosed } = room
    if (savedThrough >= head) return
    await saveMembers(store.memberships, room)
    await store.rooms.updateOne({ _id: roomId, epoch }, { $max: { foldedThrough: head }, ...(isClosed ? { $set: { isClosed } } : {}) })
    savedThrough = head
  })
}

async function saveMembers(memberships: SavingStore['memberships'], { roomId, epoch, membership, unsaved }: SavedRoom): Promise<void> {
  const changed = [...unsaved].flatMap((userId) => {
    const member = membership.get(userId)
    return member === undefined ? [] : [{ userId, ...structuredClone(member) }]
  })
  if (changed.length === 0) return
  const operations = changed.map(({ userId, role, intervals, foldedSeq, ban = null, mute = null }) => ({
    updateOne: {
      // No match because a node that has folded further was here: then the upsert meets its document, and that one is better.
      filter: { _id: `${roomId}|${epoch}|${userId}`, foldedSeq: { $lt: foldedSeq } },
      update: { $set: { roomId, epoch, userId, role, intervals, current: intervals.at(-1)?.leftSeq === null, foldedSeq, ban, mute } },
      upsert: true,
    },
  }))
  await memberships.bulkWrite(operations, { ordered: false }).catch((error: unknown) => {
    if (!isCollisionsOnly(error)) throw error
  })
  for (const { userId, foldedSeq } of changed) if (membership.get(userId)?.foldedSeq === foldedSeq) unsaved.delete(userId)
}

function isCollisionsOnly(error: unknown): boolean {
  if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError() !== undefined) return false
  const refused = [error.writeErrors].flat()
  return refused.length > 0 && refused.every(({ code }) => code === duplicateKey)
}
