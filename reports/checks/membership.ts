/**
 * Who must and who may see a message, by seq alone, from the joins, leaves, kicks and bans of the audited log.
 * *Must*: inside an interval, join < seq < leave. Membership is the user's: every device of it that has the room shares the interval.
 */
import { entryKinds } from '../history/codes.ts'
import type { History } from '../history/history.ts'
import { once } from './once.ts'

/** Open on both sides: `from < seq < to`. */
export interface Interval {
  from: number
  to: number
}
export interface Member {
  user: string
  room: number
  clients: readonly number[]
  intervals: Interval[]
}

export interface Membership {
  /** By room. */
  members: readonly (readonly Member[])[]
  /** By room: the lowest seq at which somebody joined who is no client of the run; Infinity when nobody did. */
  strangersFrom: Float64Array
  of(client: number, room: number): Member | null
}

export function must(member: Member, seq: number): boolean {
  return member.intervals.some((interval) => interval.from < seq && seq < interval.to)
}

/** Whether the stay that the seq lies in lasts to the end. */
export function stays(member: Member, seq: number): boolean {
  return member.intervals.some((interval) => interval.from < seq && interval.to === Infinity)
}

export const membershipOf = once((history: History): Membership => {
  const { client, room, seq, value, layer } = history.columns
  const members: Member[][] = history.rooms.map(() => [])
  const strangersFrom = new Float64Array(history.rooms.length).fill(Infinity)
  const devices = new Map<string, number[]>()
  for (const [index, info] of history.clients.entries()) devices.set(info.user, [...(devices.get(info.user) ?? []), index])
  const find = (actor: number, index: number): Member | null => members[index]?.find((member) => member.user === history.clients[actor]?.user) ?? null
  const rows = [...history.rowsOf('storedEntry')].sort((a, b) => (seq[a] ?? 0) - (seq[b] ?? 0))
  for (const row of rows) {
    const actor = client[row] ?? -1
    const index = room[row] ?? -1
    const at = seq[row] ?? 0
    const joins = value[row] === entryKinds.join
    const ends = value[row] === entryKinds.leave || (value[row] === entryKinds.ban && ((layer[row] ?? 0) & 1) === 0)
    if (!joins && !ends) continue
    const info = history.clients[actor]
    if (info === undefined) {
      if (joins) strangersFrom[index] = Math.min(strangersFrom[index] ?? Infinity, at)
      continue
    }
    let member = find(actor, index)
    if (member === null && ends) continue
    if (member === null) {
      const roomName = history.rooms[index] ?? ''
      const clients = (devices.get(info.user) ?? []).filter((device) => device === actor || history.clients[device]?.rooms.includes(roomName) === true)
      member = { user: info.user, room: index, clients, intervals: [] }
      members[index]?.push(member)
    }
    const last = member.intervals.at(-1)
    if (joins && (last === undefined || last.to !== Infinity)) member.intervals.push({ from: at, to: Infinity })
    if (!joins && last !== undefined) last.to = Math.min(last.to, at)
  }
  return { members, strangersFrom, of: (own, index) => members[index]?.find((member) => member.clients.includes(own)) ?? null }
})
