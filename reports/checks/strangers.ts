/** Presence that was shown of people with whom the observer never was in a room. */
import type { History } from '../history/history.ts'
import { presences } from '../history/codes.ts'
import { membershipOf } from './membership.ts'
import type { Denied } from './permitted.ts'

export function strangersShown(history: History): { judged: number; found: readonly Denied[] } {
  const { client, rev, value } = history.columns
  const roomsOf = new Map<string, Set<number>>(history.clients.map(({ user }) => [user, new Set()]))
  for (const [room, members] of membershipOf(history).members.entries()) for (const { user } of members) roomsOf.get(user)?.add(room)
  const result: { judged: number; found: Denied[] } = { judged: 0, found: [] }
  for (const row of history.rowsOf('presenceShown')) {
    const [observer = '', user = ''] = [history.clients[client[row] ?? -1]?.user, history.names[rev[row] ?? -1]]
    const [own, theirs] = [roomsOf.get(observer), roomsOf.get(user)]
    // `unknown` is what is told of strangers.
    if (own === undefined || theirs === undefined || value[row] === presences.unknown) continue
    result.judged++
    if (observer !== user && own.isDisjointFrom(theirs)) result.found.push({ row, why: `${user} never was in a room with ${observer}` })
  }
  return result
}
