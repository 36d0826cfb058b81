/** Reads archived entries back for a member: a window of seqs, newest first, like a page of history. */
import { currentJoin } from './folds.ts'
import { leaseLost, refusal } from './refusal.ts'
import { completed, shownPage } from './showing.ts'
import type { ArchiveAck, ArchiveRequest, MemberInterval } from '../protocol.ts'
import type { NodeContext } from './context.ts'
import type { SessionData } from './socket-types.ts'

type Span = { after: number; upTo: number }
type Stay = Pick<MemberInterval, 'joinedSeq' | 'leftSeq'>

/** Pure: the parts of the archived windows that lie inside the stays, `after < seq <= upTo`. */
export function readableSpans(archives: readonly Span[], stays: readonly Stay[]): Span[] {
  return archives.flatMap(({ after, upTo }) =>
    stays.flatMap(({ joinedSeq, leftSeq }) => {
      const span = { after: Math.max(after, joinedSeq - 1), upTo: Math.min(upTo, leftSeq ?? upTo) }
      return span.upTo > span.after ? [span] : []
    }),
  )
}

/** Pure: the newest window of `limit` seqs below `before` that holds anything to read, and whether more lies below it; null when there is none. */
export function archiveWindow(spans: readonly Span[], before: number, limit: number): { window: Span; hasMore: boolean } | null {
  const upTo = Math.max(0, ...spans.filter((span) => span.after + 1 < before).map((span) => Math.min(span.upTo, before - 1)))
  if (upTo === 0) return null
  const after = Math.max(0, upTo - limit)
  return { window: { after, upTo }, hasMore: spans.some((span) => span.after < after) }
}

export async function archivePage(context: NodeContext, { user }: SessionData, request: ArchiveRequest): Promise<ArchiveAck> {
  const { log, keeping } = context.parts
  const room = await context.rooms.open(request.room)
  await room?.catchUp()
  const notMember = () => refusal('forbidden', `${user} is not a member of ${request.room}`)
  if (room === null || currentJoin(room.membership, user) === null) return notMember()
  const { archive } = keeping
  if (archive === null) return refusal('unavailable', 'this node has no object store to read archives from')
  const { roomId, epoch } = room
  const archives = await archive.list(roomId, epoch)
  const page = archiveWindow(readableSpans(archives, room.membership.get(user)?.intervals ?? []), request.before ?? Infinity, request.limit)
  if (page === null) return { ok: true, entries: [], hasMore: false }
  const found = await archive.read({ roomId, epoch, ...page.window }, archives)
  const entries = await completed(
    log,
    found.map(({ entry }) => entry),
  )
  // Read again: the user may have left meanwhile.
  if (currentJoin(room.membership, user) === null) return notMember()
  if (!context.lease.isHeld()) return leaseLost()
  return { ok: true, entries: shownPage(room, user, entries), hasMore: page.hasMore }
}
