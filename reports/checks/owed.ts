/**
 * What each client was owed and what it got. A client that is expected at the end is owed every stored message inside its membership up to the
 * audit's head, its own included; one that left is owed what it had reached: its last sync head, applied seq or delivered watermark.
 */
import type { History } from '../history/history.ts'
import { auditOf, type Audit } from './audit.ts'
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

/** By seq of a room: when its message was committed, and the node that accepted it (name id); nothing for what is no message. */
interface Commits {
  room: number
  atNs: Float64Array
  node: Int32Array
}

function commitsOf(history: History, audit: Audit, commitNs: Float64Array, room: number): Commits {
  const { storedAt, storedRow } = audit
  const { session } = history.columns
  const cells = audit.base[room] ?? 0
  const atNs = new Float64Array(audit.capacity[room] ?? 0).fill(NaN)
  const node = new Int32Array(atNs.length).fill(-1)
  for (let seq = 0; seq < atNs.length; seq++) {
    const message = storedAt[cells + seq] ?? -1
    if (message < 0) continue
    atNs[seq] = commitNs[message] ?? NaN
    node[seq] = session[storedRow[message] ?? -1] ?? -1
  }
  return { room, atNs, node }
}

function counter(history: History, result: Owed & { gaps: Gap[] }): (member: Member, client: number, head: number) => void {
  const audit = auditOf(history)
  const { storedAt } = audit
  const { viewBase, flags } = ledgerOf(history)
  const { commitNs } = operationsOf(history)
  const sessions = sessionsOf(history)
  let commits = commitsOf(history, audit, commitNs, 0)
  const miss = (gap: Gap): void => {
    result.missing[gap.place]++
    result.missingByRoom[gap.room] = (result.missingByRoom[gap.room] ?? 0) + 1
    result.earliestMissingNs = Math.min(result.earliestMissingNs, operationsOf(history).intendedNs[gap.message] || 0)
    if (result.gaps.length < 1000) result.gaps.push(gap)
  }
  const oneInterval = (client: number, room: number, first: number, last: number): void => {
    if (commits.room !== room) commits = commitsOf(history, audit, commitNs, room)
    const { atNs, node } = commits
    const cells = audit.base[room] ?? 0
    const view = viewBase[client * history.rooms.length + room] ?? -1
    const list = sessions.of[client] ?? []
    let [segmentNode, fromNs, toNs] = [-1, 0, 0]
    let [local, remote, offline, applied] = [0, 0, 0, 0]
    for (let seq = first; seq <= last; seq++) {
      const message = storedAt[cells + seq] ?? -1
      if (message < 0) continue
      const at = atNs[seq] ?? NaN
      // Subtle: commits of a room rise with seq, so that one lookup serves a whole session.
      if (!(fromNs <= at && at < toNs)) ({ node: segmentNode, fromNs, toNs } = segmentAt(list, at))
      const isLocal = segmentNode === node[seq]
      if (segmentNode === -1) offline++
      else if (isLocal) local++
      else remote++
      const got = view < 0 ? 0 : (flags[view + seq] ?? 0)
      if ((got & marks.everApplied) !== 0) applied++
      else if ((got & marks.excused) !== 0) result.excused++
      else miss({ client, room, seq, message, place: segmentNode === -1 ? 'offline' : isLocal ? 'local' : 'remote' })
    }
    result.owed.local += local
    result.owed.remote += remote
    result.owed.offline += offline
    result.applied += applied
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
