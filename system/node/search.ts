/** Search: within the caller's rooms and stays, newest first. Held, removed and deleted messages are not found. */
import { wireOf } from './entries.ts'
import { currentJoin } from './folds.ts'
import { leaseLost, refusal } from './refusal.ts'
import { termsOf } from './search-terms.ts'
import type { Document } from 'mongodb'
import type { SearchAck, SearchHit, SearchRequest } from '../protocol.ts'
import type { NodeContext } from './context.ts'
import type { StoredEntry } from './entries.ts'
import type { RoomLog } from './room-log.ts'
import type { SessionData } from './socket-types.ts'
import type { Store } from './store.ts'

export interface MessageSearch {
  /** Messages of one room inside these stays that have all terms, the last as a prefix; newest first. */
  find(room: { roomId: string; epoch: string }, stays: readonly Stay[], terms: readonly string[], limit: number): Promise<StoredEntry[]>
}
interface Stay {
  joinedSeq: number
  leftSeq: number | null
}

/** A prefix as a range: an anchored regular expression finds nothing on an indexed array of the stand-in. */
const startingWith = (prefix: string) => ({ $gte: prefix, $lt: `${prefix}\u{10ffff}` })

/** Pure: the first stage holds indexed fields only, so that every server uses the index; the longest whole word selects best. */
export function searchPipeline(roomId: string, epoch: string, stays: readonly Stay[], terms: readonly string[], limit: number): Document[] {
  const [words, prefix] = [terms.slice(0, -1), terms.at(-1) ?? '']
  const [best] = words.toSorted((left, right) => right.length - left.length)
  const others = [...words.map((word) => ({ searchTerms: word })), { searchTerms: { $elemMatch: startingWith(prefix) } }]
  const within = stays.map(({ joinedSeq, leftSeq }) => ({ seq: { $gte: joinedSeq, ...(leftSeq === null ? {} : { $lte: leftSeq }) } }))
  return [
    { $match: { roomId, searchTerms: best ?? startingWith(prefix) } },
    { $match: { epoch, kind: 'message', body: { $ne: null }, 'moderation.state': { $nin: ['held', 'removed'] }, deleted: null, $and: others, $or: within } },
    { $sort: { seq: -1 } },
    { $limit: limit },
  ]
}

export function messageSearchOf(store: Pick<Store, 'log'>): MessageSearch {
  return {
    async find({ roomId, epoch }, stays, terms, limit) {
      if (stays.length === 0) return []
      return store.log.aggregate<StoredEntry>(searchPipeline(roomId, epoch, stays, terms, limit), { maxTimeMS: 2000 }).toArray()
    },
  }
}

const roomsAtOnce = 16

export async function search(context: NodeContext, { user }: SessionData, request: SearchRequest): Promise<SearchAck> {
  const terms = termsOf(request.query)
  if (terms.length === 0) return refusal('invalid', 'query: it has no word')
  const names = request.room === undefined ? await context.rooms.roomsOf(user) : [request.room]
  const hits: SearchHit[] = []
  for (let start = 0; start < names.length; start += roomsAtOnce) {
    const found = await Promise.all(names.slice(start, start + roomsAtOnce).map((name) => searchRoom(context, user, name, terms, request.limit)))
    hits.push(...found.flat())
  }
  if (request.room !== undefined && !(await isMember(context, user, request.room))) return refusal('forbidden', `${user} is not a member of ${request.room}`)
  if (!context.lease.isHeld()) return leaseLost()
  return { ok: true, hits: hits.toSorted((left, right) => right.entry.at - left.entry.at || right.entry.seq - left.entry.seq).slice(0, request.limit) }
}

async function isMember(context: NodeContext, user: string, roomId: string): Promise<boolean> {
  const room = await context.rooms.open(roomId)
  return room !== null && currentJoin(room.membership, user) !== null
}

async function searchRoom(context: NodeContext, user: string, roomId: string, terms: readonly string[], limit: number): Promise<SearchHit[]> {
  const room: RoomLog | null = await context.rooms.open(roomId)
  if (room === null || currentJoin(room.membership, user) === null) return []
  const entries = await context.parts.keeping.search.find(room, room.membership.get(user)?.intervals ?? [], terms, limit)
  // Read again: the user may have left meanwhile.
  if (currentJoin(room.membership, user) === null) return []
  return entries.flatMap((entry) => (room.held.has(entry._id) ? [] : { room: roomId, entry: wireOf(entry) }))
}
