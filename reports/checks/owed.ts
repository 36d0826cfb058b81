/**
 * What each client was owed and what it got. A client that is expected at the end is owed every stored message inside its membership up to the
 * audit's head, its own included; one that left is owed what it had reached: its last sync head, applied seq or delivered watermark.
 */
import type { History } from '../history/history.ts'
import { auditOf } from './audit.ts'
import { ledgerOf, marks } from './ledger.ts'
import { membershipOf, type Member } from './membership.ts'
import { once } from './once.ts'
import { operationsOf } from './operations.ts'
import { expectedOf } from './present.ts'
import { sessionsOf } from './sessions.ts'

/** By where the recipient was connected when the message was committed. */
export interface Places {
  local: number
  remote: number
  offline: number
}
export interface Gap {
  client: number
  room: number
  seq: number
  message: number
  place: keyof Places
}

export interface Owed {
  owed: Places
  applied: number
  excused: number
  missing: Places
  /** The first thousand. */
  gaps: readonly Gap[]
  /** By room. */
  missingByRoom: Int32Array
  /** When the first missing message was intended; Infinity when none is missing. */
  earliestMissingNs: number
}
export const total = (places: Places): number => places.local + places.remote + places.offline

/** By view: how far a client that left had come, by what it was told and what it told. */
function reached(history: History): Int32Array {
  const { client, room, seq } = history.columns
  const rooms = history.rooms.length
  const limit = new Int32Array(history.clients.length * rooms).fill(-1)
  for (const row of history.rowsOf('syncComplete')) limit[(client[row] ?? 0) * rooms + (room[row] ?? 0)] = seq[row] ?? -1
  for (const row of history.rowsOf('watermark')) {
    const view = (client[row] ?? 0) * rooms + (room[row] ?? 0)
    limit[view] = Math.max(limit[view] ?? -1, seq[row] ?? -1)
  }
  const { last } = ledgerOf(history)
  for (let view = 0; view < limit.length; view++) limit[view] = Math.max(limit[view] ?? -1, last[view] ?? -1)
  return limit
}

export const owedOf = once((history: History): Owed => {
  const { heads } = auditOf(history)
  const { members } = membershipOf(history)
  const expected = expectedOf(history)
  const limit = reached(history)
  const result = {
    owed: { local: 0, remote: 0, offline: 0 },
    applied: 0,
    excused: 0,
    missing: { local: 0, remote: 0, offline: 0 },
    gaps: [],
    missingByRoom: new Int32Array(history.rooms.length),
    earliestMissingNs: Infinity,
  }
  const count = counter(history, result)
  for (const [room, list] of members.entries()) {
    for (const member of list) {
      for (const client of member.clients) {
        const head = heads[room] ?? -1
        count(member, client, expected[client] === 1 ? head : Math.min(head, limit[client * history.rooms.length + room] ?? -1))
      }
    }
  }
  return result
})

function counter(history: History, result: Owed & { gaps: Gap[] }): (member: Member, client: number, head: number) => void {
  const audit = auditOf(history)
  const ledger = ledgerOf(history)
  const { commitNs, intendedNs } = operationsOf(history)
  const sessions = sessionsOf(history)
  const acceptedBy = (message: number): number => history.columns.session[audit.storedRow[message] ?? -1] ?? -1
  const oneInterval = (client: number, room: number, from: number, to: number): void => {
    const cells = audit.base[room] ?? 0
    const view = ledger.viewBase[client * history.rooms.length + room] ?? -1
    let segment = { node: -1, fromNs: 0, toNs: 0 }
    for (let seq = from; seq <= to; seq++) {
      const message = audit.storedAt[cells + seq] ?? -1
      if (message < 0) continue
      const at = commitNs[message] ?? NaN
      // Subtle: commits of a room rise with seq, so that one lookup serves a whole session.
      if (!(segment.fromNs <= at && at < segment.toNs)) segment = segmentAt(sessions.of[client] ?? [], at)
      const place = segment.node === -1 ? 'offline' : segment.node === acceptedBy(message) ? 'local' : 'remote'
      result.owed[place]++
      const flags = view < 0 ? 0 : (ledger.flags[view + seq] ?? 0)
      if ((flags & marks.everApplied) !== 0) result.applied++
      else if ((flags & marks.excused) !== 0) result.excused++
      else {
        result.missing[place]++
        result.missingByRoom[room] = (result.missingByRoom[room] ?? 0) + 1
        result.earliestMissingNs = Math.min(result.earliestMissingNs, intendedNs[message] || 0)
        if (result.gaps.length < 1000) result.gaps.push({ client, room, seq, message, place })
      }
    }
  }
  return (member, client, head) => {
    for (const interval of member.intervals) oneInterval(client, member.room, interval.from + 1, Math.min(head, interval.to - 1))
  }
}

/** The session at that time, or the time offline between two; of no length when the time isn't known. */
function segmentAt(list: readonly { node: number; fromNs: number; toNs: number }[], atNs: number): { node: number; fromNs: number; toNs: number } {
  const index = list.findLastIndex((one) => one.fromNs <= atNs)
  const found = list[index]
  if (found !== undefined && atNs < found.toNs) return found
  return { node: -1, fromNs: found?.toNs ?? 0, toNs: Number.isNaN(atNs) ? 0 : (list[index + 1]?.fromNs ?? Infinity) }
}
