/** What a member may read of the log besides the live flow: a missing range, a page of history. */
import { currentJoin } from './folds.ts'
import { leaseLost, refusal } from './refusal.ts'
import { completed, shownPage } from './showing.ts'
import type { HistoryAck, HistoryRequest, RangeAck, RangeRequest, Refusal } from '../protocol.ts'
import type { NodeContext } from './context.ts'
import type { RoomLog } from './room-log.ts'
import type { SessionData } from './socket-types.ts'

async function roomOfMember({ rooms }: NodeContext, roomId: string, user: string): Promise<RoomLog | Refusal> {
  const room = await rooms.open(roomId)
  return room !== null && currentJoin(room.membership, user) !== null ? room : notMember(roomId, user)
}
const notMember = (roomId: string, user: string) => refusal('forbidden', `${user} is not a member of ${roomId}`)

export async function range(context: NodeContext, { user }: SessionData, request: RangeRequest): Promise<RangeAck> {
  const room = await roomOfMember(context, request.room, user)
  if ('ok' in room) return room
  if (request.epoch !== room.epoch) return refusal('epoch_changed', `the epoch of ${room.roomId} is ${room.epoch}`)
  if (request.upTo > room.head) await room.catchUp()
  const upTo = Math.min(request.upTo, room.head)
  const entries = upTo > request.after ? await context.parts.ranges.read({ roomId: room.roomId, epoch: room.epoch, after: request.after, upTo }) : []
  const whole = await completed(context.parts.log, entries)
  // Read again: the user may have left meanwhile.
  if (currentJoin(room.membership, user) === null) return notMember(room.roomId, user)
  if (!context.lease.isHeld()) return leaseLost()
  const readable = shownPage(room, user, whole)
  context.parts.journal.write('replayed', { room: room.roomId, seq: readable.at(-1)?.seq ?? upTo, count: readable.length })
  return { ok: true, entries: readable, head: room.head }
}

export async function history(context: NodeContext, { user }: SessionData, request: HistoryRequest): Promise<HistoryAck> {
  const room = await roomOfMember(context, request.room, user)
  if ('ok' in room) return room
  await room.catchUp()
  const { roomId, epoch, head, membership } = room
  const { from, to } = context.parts.historyWindow(request, head)
  const entries = to > from ? await context.parts.log.readWindow({ roomId, epoch, after: from, upTo: to }) : []
  const whole = await completed(context.parts.log, entries)
  if (currentJoin(membership, user) === null) return notMember(roomId, user)
  if (!context.lease.isHeld()) return leaseLost()
  const firstReadable = membership.get(user)?.intervals[0]?.joinedSeq ?? Infinity
  return {
    ok: true,
    entries: shownPage(room, user, whole),
    epoch,
    from,
    to,
    head,
    hasMore: firstReadable <= from,
  }
}

/** Takes watermarks into memory; none may pass the head. Those of rooms where the caller is no member are left out. */
export async function setCursors(
  context: NodeContext,
  { user, device }: SessionData,
  requested: readonly { room: string; deliveredSeq: number; readSeq: number }[],
): Promise<void> {
  for (const { room: roomId, deliveredSeq, readSeq } of requested) {
    const room = await context.rooms.open(roomId)
    if (room === null || currentJoin(room.membership, user) === null) continue
    // A relay may run ahead of the fold behind a gap.
    if (deliveredSeq > room.head) await room.catchUp()
    context.cursors.set({ roomId, userId: user, deviceId: device, deliveredSeq: Math.min(deliveredSeq, room.head), readSeq: Math.min(readSeq, room.head) })
  }
}
