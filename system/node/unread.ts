/** Unread counts: visible messages of others after the user's highest readSeq. */
import { currentJoin } from './folds.ts'
import { leaseLost } from './refusal.ts'
import type { Document } from 'mongodb'
import type { UnreadAck, UnreadRequest } from '../protocol.ts'
import type { NodeContext } from './context.ts'
import type { Window } from './log-store.ts'
import type { SessionData } from './socket-types.ts'
import type { Store } from './store.ts'

export interface UnreadStore {
  /** Messages of others in the window that everybody in the room may see. */
  count(window: Window, user: string): Promise<number>
  /** The highest readSeq of a user's devices by room, as stored. */
  readSeqs(user: string): Promise<Map<string, number>>
}

/** Pure: the first stage holds indexed fields only, so that every server uses the index. */
export function unreadPipeline({ roomId, epoch, after, upTo }: Window, user: string): Document[] {
  return [
    { $match: { roomId, epoch, seq: { $gt: after, $lte: upTo } } },
    { $match: { kind: 'message', actorId: { $ne: user }, body: { $ne: null }, 'moderation.state': { $nin: ['held', 'removed'] }, deleted: null } },
    { $count: 'count' },
  ]
}

export function unreadStoreOf(store: Pick<Store, 'log' | 'cursors'>): UnreadStore {
  return {
    async count(window, user) {
      const [found] = await store.log.aggregate<{ count: number }>(unreadPipeline(window, user)).toArray()
      return found?.count ?? 0
    },
    async readSeqs(user) {
      const highest = new Map<string, number>()
      for (const { roomId, readSeq } of await store.cursors.find({ userId: user }).toArray()) highest.set(roomId, Math.max(highest.get(roomId) ?? 0, readSeq))
      return highest
    },
  }
}

const windowSeqs = 1000
/** Older seqs are not counted: a badge needs no more, and a reader of nothing must not cost a scan of the room. */
const unreadSeqs = 10_000
const roomsAtOnce = 16

/** Pure: closed windows, none larger than `windowSeqs`, of the last `unreadSeqs` seqs after `readSeq` that lie in the user's stays. */
export function unreadWindows(
  room: { roomId: string; epoch: string; head: number },
  stays: readonly { joinedSeq: number; leftSeq: number | null }[],
  readSeq: number,
): Window[] {
  const floor = Math.max(readSeq, room.head - unreadSeqs)
  return stays.flatMap(({ joinedSeq, leftSeq }) => {
    const windows: Window[] = []
    const last = Math.min(leftSeq ?? room.head, room.head)
    for (let after = Math.max(floor, joinedSeq - 1); after < last; after += windowSeqs)
      windows.push({ roomId: room.roomId, epoch: room.epoch, after, upTo: Math.min(after + windowSeqs, last) })
    return windows
  })
}

/** Rooms of which the caller is no member are left out. */
export async function unread(context: NodeContext, { user }: SessionData, request: UnreadRequest): Promise<UnreadAck> {
  const stored = await context.parts.keeping.unread.readSeqs(user)
  const waiting = context.cursors.readSeqsOf(user)
  const rooms: Record<string, { count: number; readSeq: number }> = {}
  const names = [...new Set(request.rooms)]
  for (let start = 0; start < names.length; start += roomsAtOnce) {
    await Promise.all(
      names.slice(start, start + roomsAtOnce).map(async (roomId) => {
        const room = await context.rooms.open(roomId)
        if (room === null || currentJoin(room.membership, user) === null) return
        const readSeq = Math.max(stored.get(roomId) ?? 0, waiting.get(roomId) ?? 0)
        let count = 0
        for (const window of unreadWindows(room, room.membership.get(user)?.intervals ?? [], readSeq))
          count += await context.parts.keeping.unread.count(window, user)
        if (currentJoin(room.membership, user) !== null) rooms[roomId] = { count, readSeq }
      }),
    )
  }
  if (!context.lease.isHeld()) return leaseLost()
  return { ok: true, rooms }
}
