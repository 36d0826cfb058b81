/** What clients ask of presence, and tell of their own. None of it waits for Redis longer than its command timeout. */
import { currentJoin } from './folds.ts'
import { refusal } from './refusal.ts'
import type { Ack, PresenceAck, PresenceGetRequest, PresenceView } from '../protocol.ts'
import type { NodeContext } from './context.ts'
import type { ChatSocket, SessionData } from './socket-types.ts'

/** Rooms opened for one question of a client that has not synced yet. */
const roomsToOpen = 50

function sharing(context: NodeContext, user: string, asked: readonly string[]): Set<string> {
  const own = context.rooms.all().filter((room) => currentJoin(room.membership, user) !== null)
  return new Set(asked.filter((other) => other === user || own.some((room) => currentJoin(room.membership, other) !== null)))
}

/** Of users without a common room nothing is told: they are `unknown`, never seen. */
export async function presenceGet(context: NodeContext, { user }: SessionData, { users }: PresenceGetRequest): Promise<PresenceAck> {
  if (sharing(context, user, users).size < users.length) {
    const own = await context.rooms.roomsOf(user)
    for (const room of own.filter((name) => context.rooms.opened(name) === undefined).slice(0, roomsToOpen)) await context.rooms.open(room)
  }
  const views = await context.presence.read([...sharing(context, user, users)])
  // Judged again: the caller may have left meanwhile.
  const told = sharing(context, user, users)
  const nothing: PresenceView = { state: 'unknown', lastSeenAt: null }
  return { ok: true, users: Object.fromEntries(users.map((other) => [other, (told.has(other) ? views.get(other) : undefined) ?? nothing])) }
}

/** Runs what concerns a room if the caller is in it now. */
export async function inRoom(context: NodeContext, { data: { user } }: ChatSocket, roomId: string, work: () => void): Promise<Ack<object>> {
  const room = context.rooms.opened(roomId) ?? (await context.rooms.open(roomId))
  if (room === null || currentJoin(room.membership, user) === null) return refusal('forbidden', `${user} is not a member of ${roomId}`)
  work()
  return { ok: true }
}
