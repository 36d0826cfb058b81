/** What each client shows of each user at given moments. What is shown ends with the connection. Memory: one number a (client, user) that it was shown. */
import type { History } from '../history/history.ts'
import { membershipOf } from './membership.ts'

export interface Sight {
  client: number
  /** The `presenceShown` row that it comes from. */
  row: number
  /** presences code */
  state: number
}
export interface Moment {
  user: string
  atNs: number
}

/** Calls once a moment, in order of time, with who shows that user then; returns how many sights there were. */
export function followSights<T extends Moment>(history: History, moments: readonly T[], look: (moment: T, sights: readonly Sight[]) => void): number {
  const { client, session, rev, value, tNs } = history.columns
  /** By user, then by client: row of what is shown. */
  const shown = new Map<string, Map<number, number>>()
  const rows = ['presenceShown', 'connect', 'disconnect', 'clientReplaced'].flatMap((name) => [...history.rowsOf(name)].map((row) => ({ name, row })))
  rows.sort((a, b) => a.row - b.row)
  let next = 0
  let judged = 0
  for (const moment of moments.toSorted((a, b) => a.atNs - b.atNs)) {
    for (; next < rows.length && (tNs[rows[next]?.row ?? 0] ?? Infinity) <= moment.atNs; next++) {
      const { name = '', row = -1 } = rows[next] ?? {}
      const own = client[row] ?? -1
      if (name !== 'presenceShown') {
        for (const sights of shown.values()) {
          const before = sights.get(own) ?? -1
          if (before !== -1 && (name !== 'disconnect' || session[before] === session[row])) sights.delete(own)
        }
        continue
      }
      const user = history.names[rev[row] ?? -1] ?? ''
      const sights = shown.get(user) ?? new Map<number, number>()
      shown.set(user, sights.set(own, row))
    }
    const sights = [...(shown.get(moment.user) ?? [])]
      .filter(([own]) => sharesRoom(history, own, moment.user))
      .map(([own, row]): Sight => ({ client: own, row, state: value[row] ?? -1 }))
    judged += sights.length
    look(moment, sights)
  }
  return judged
}

/** Of who shares no room any more nothing is told: what is still shown is of before. */
function sharesRoom(history: History, client: number, user: string): boolean {
  const own = history.clients[client]?.user
  return membershipOf(history).members.some((members) => {
    const stays = (name: string | undefined): boolean => members.find((member) => member.user === name)?.intervals.at(-1)?.to === Infinity
    return stays(own) && stays(user)
  })
}
