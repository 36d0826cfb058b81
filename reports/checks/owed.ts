/**
 * What each client was owed and what it got. A client that is expected at the end is owed every stored message inside its membership up to the
 * audit's head, its own included; one that left, and one whose membership ended, is owed what it had reached: its last sync head, applied seq or
 * delivered watermark.
 */
import type { History } from '../history/history.ts'
import { auditOf, type Audit } from './audit.ts'
import { ledgerOf } from './ledger.ts'
import { membershipOf } from './membership.ts'
import { once } from './once.ts'
import { operationsOf } from './operations.ts'
import { expectedOf } from './present.ts'
import { sessionsOf, type Session } from './sessions.ts'
import { marks } from './views.ts'

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
  excusedByRoom: Int32Array
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
    excusedByRoom: new Int32Array(history.rooms.length),
    earliestMissingNs: Infinity,
  }
  const count = counter(history, result)
  for (const [room, list] of members.entries()) {
    for (const member of list) {
      for (const client of member.clients) {
        const head = heads[room] ?? -1
        const most = Math.min(head, limit[client * history.rooms.length + room] ?? -1)
        // Subtle: once out of the room it may get nothing more, so that what was committed just before is owed only as far as it had come.
        for (const { from, to } of member.intervals) count(client, room, from + 1, to === Infinity && expected[client] === 1 ? head : Math.min(most, to - 1))
      }
    }
  }
  return result
})

const noMessage = -2

/** By cell of the audit: when its message was committed (NaN unknown), and the node that accepted it (name id, -1 unknown). */
interface Commits {
  atNs: Float64Array
  node: Int32Array
}

function commitsOf(history: History, { base, storedAt, storedRow, rowAt }: Audit): Commits {
  const { session, message, room, seq } = history.columns
  const { commitNs } = operationsOf(history)
  const atNs = new Float64Array(storedAt.length).fill(NaN)
  const node = new Int32Array(storedAt.length).fill(noMessage)
  const stored = history.rowsOf('stored')
  for (let index = 0; index < stored.length; index++) {
    const row = stored[index] ?? 0
    const cell = (base[room[row] ?? 0] ?? 0) + (seq[row] ?? 0)
    const own = message[row] ?? -1
    // Subtle: a message that is stored twice has the node of its first row at both cells.
    if (rowAt[cell] !== row || own < 0) continue
    atNs[cell] = commitNs[own] ?? NaN
    node[cell] = session[storedRow[own] ?? -1] ?? -1
  }
  return { atNs, node }
}

type Segment = Pick<Session, 'node' | 'fromNs' | 'toNs'>

/** The seqs of one client in one room that are counted: where their commits and bytes lie, and where the client was connected. */
interface Stretch {
  cells: number
  /** -1: the client has no bytes of the room. */
  from: number
  step: number
  last: number
  segment: Segment
}

/**
 * Counts the messages from `first` that were applied and committed during the stretch's segment; returns the first other seq, or one above the last.
 * Subtle: it calls nothing, like the ledger's hot loop. Commits of a room rise with seq, so that one segment mostly serves a whole session.
 */
function countApplied({ cells, from, step, last, segment }: Stretch, { atNs, node }: Commits, flags: Uint8Array, result: Owed, first: number): number {
  const { node: at, fromNs, toNs } = segment
  let [local, applied] = [0, 0]
  let seq = first
  if (from < 0) return seq
  for (; seq <= last; seq++) {
    const accepted = node[cells + seq] ?? noMessage
    if (accepted === noMessage) continue
    const committedNs = atNs[cells + seq] ?? 0
    if (!(fromNs <= committedNs && committedNs < toNs) || ((flags[from + seq * step] ?? 0) & marks.everApplied) === 0) break
    applied++
    if (accepted === at) local++
  }
  if (at === -1) result.owed.offline += applied
  else {
    result.owed.local += local
    result.owed.remote += applied - local
  }
  result.applied += applied
  return seq
}

/** Counts what one client got of the seqs `first` to `last` of a room. */
type Count = (client: number, room: number, first: number, last: number) => void

function counter(history: History, result: Owed & { gaps: Gap[] }): Count {
  const audit = auditOf(history)
  const { from, step, flags } = ledgerOf(history)
  const commits = commitsOf(history, audit)
  const sessions = sessionsOf(history)
  const miss = (gap: Gap): void => {
    result.missing[gap.place]++
    result.missingByRoom[gap.room] = (result.missingByRoom[gap.room] ?? 0) + 1
    result.earliestMissingNs = Math.min(result.earliestMissingNs, operationsOf(history).intendedNs[gap.message] || 0)
    if (result.gaps.length < 1000) result.gaps.push(gap)
  }
  return (client, room, first, last) => {
    const view = client * history.rooms.length + room
    const cells = audit.base[room] ?? 0
    const stretch: Stretch = { cells, from: from[view] ?? -1, step: step[view] ?? 1, last, segment: { node: -1, fromNs: 0, toNs: 0 } }
    for (let seq = countApplied(stretch, commits, flags, result, first); seq <= last; seq = countApplied(stretch, commits, flags, result, seq + 1)) {
      const accepted = commits.node[cells + seq] ?? noMessage
      if (accepted === noMessage) continue
      const committedNs = commits.atNs[cells + seq] ?? NaN
      const { fromNs, toNs } = stretch.segment
      if (!(fromNs <= committedNs && committedNs < toNs)) stretch.segment = segmentAt(sessions.carrying(client, room), committedNs)
      const at = stretch.segment.node
      const place = at === -1 ? 'offline' : at === accepted ? 'local' : 'remote'
      result.owed[place]++
      const got = stretch.from < 0 ? 0 : (flags[stretch.from + seq * stretch.step] ?? 0)
      if ((got & marks.everApplied) !== 0) result.applied++
      else if ((got & marks.excused) !== 0) {
        result.excused++
        result.excusedByRoom[room] = (result.excusedByRoom[room] ?? 0) + 1
      } else miss({ client, room, seq, message: audit.storedAt[cells + seq] ?? -1, place })
    }
  }
}

/** The session at that time, or the time offline between two; of no length when the time isn't known. */
function segmentAt(list: readonly Segment[], atNs: number): Segment {
  const index = list.findLastIndex((one) => one.fromNs <= atNs)
  const found = list[index]
  if (found !== undefined && atNs < found.toNs) return found
  return { node: -1, fromNs: found?.toNs ?? 0, toNs: Number.isNaN(atNs) ? 0 : (list[index + 1]?.fromNs ?? Infinity) }
}
