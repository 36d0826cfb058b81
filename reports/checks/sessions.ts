/** Where each client was connected, and when. */
import type { History } from '../history/history.ts'
import { once } from './once.ts'

/** `node` is a name id; `room` the one that it carries, -1 for all; `toNs` Infinity while the session lasts. */
export interface Session {
  session: number
  room: number
  node: number
  fromNs: number
  toNs: number
}

export interface Sessions {
  /** By client, in order of time. */
  of: readonly (readonly Session[])[]
  count: number
  /** Those that carried the room, in order of time, none beside another. */
  carrying(client: number, room: number): readonly Session[]
  /** Name id of the node at that time, -1 when the client was offline. */
  nodeAt(client: number, room: number, atNs: number): number
}

export const sessionsOf = once((history: History): Sessions => {
  const { client, session, room, value, tNs } = history.columns
  const of: Session[][] = history.clients.map(() => [])
  const open = (row: number): void => {
    const list = of[client[row] ?? -1]
    const last = list?.findLast((one) => one.room === room[row])
    if (last !== undefined && last.toNs === Infinity) last.toNs = tNs[row] ?? 0
    list?.push({ session: session[row] ?? 0, room: room[row] ?? -1, node: value[row] ?? -1, fromNs: tNs[row] ?? 0, toNs: Infinity })
  }
  const connects = history.rowsOf('connect')
  const disconnects = history.rowsOf('disconnect')
  let next = 0
  const closeUpTo = (limit: number): void => {
    for (; next < disconnects.length && (disconnects[next] ?? 0) < limit; next++) {
      const row = disconnects[next] ?? 0
      const ended = of[client[row] ?? -1]?.findLast((one) => one.session === session[row])
      if (ended !== undefined) ended.toNs = Math.min(ended.toNs, tNs[row] ?? 0)
    }
  }
  for (const row of connects) {
    closeUpTo(row)
    open(row)
  }
  closeUpTo(Infinity)
  const bound = of.map((list) => (list.some((one) => one.room !== -1) ? new Map<number, Session[]>() : null))
  const carrying = (own: number, about: number): readonly Session[] => {
    const byRoom = bound[own]
    if (byRoom === null || byRoom === undefined) return of[own] ?? []
    const known = byRoom.get(about) ?? (of[own] ?? []).filter((one) => one.room === about)
    byRoom.set(about, known)
    return known
  }
  const nodeAt = (own: number, about: number, atNs: number): number => carrying(own, about).findLast((one) => one.fromNs <= atNs && atNs < one.toNs)?.node ?? -1
  return { of, count: connects.length, carrying, nodeAt }
})
