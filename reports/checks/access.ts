/**
 * Rule: nothing of a room reaches who is no member at its seq, by any way.
 * - Live traffic outside every stay is judged by the entry's own seq and commit, never by its arrival: what was committed after the ack of a kick reaches no
 *   socket of that user on any node. A head told by a heartbeat, and a cursor shown of somebody, are judged by their seq in the same way.
 * - By sync, range, page or search there is no excuse: the node that answers has folded the end of the stay. What lies before the first join, too.
 * - Only members read: a page or a sync that was asked for after the end of the only or last stay was acked, and before a new join was asked for, gets none.
 * - Nothing is accepted of who is no member at its seq: every stored message lies strictly inside a stay of its sender.
 * - Nothing is accepted of who has no right to it at its seq, by roles, mutes and bans as the log gives and takes them (permitted.ts): nothing is said, edited
 *   or reacted to by who is muted, nobody joins who is banned, only authors edit, only they and moderators delete, roles come from owners, and whoever
 *   mutes, kicks, bans, holds or removes stands over whom it is done to. What only members can ask for is answered to members only.
 * - What is held for review is shown whole to its author and to whoever ever had a rank in the room, to others as a stub.
 * - A connection with a token that has expired is not taken, and one whose token expired 2 s ago gets no answer.
 * - Typing is shown to members, and of members: not of who never was in the room, and no more once the same connection has told of the end of a stay.
 *   Presence is shown of people who were in a room with the observer at some time.
 * Excused: live traffic of after a stay that was committed before the end of that stay was acked as done, or when either time isn't known: until then a node
 * that had not heard of the kick *may* send it. Rooms and senders of nobody in the run are not judged, nor rights in rooms that somebody else has been in. A mute
 * or ban that ends by itself is taken as over, for it ends by a node's clock.
 * Population: arrivals, reads, requests, heads, cursors, typing, presence and held messages at clients, and stored entries.
 * Unknown: without a sound audit.
 * Can't see: presence after the last common stay, and typing that was on its way when a stay ended; addresses of files (quarantine); leaks to anybody but the
 * recorded clients (logs, metrics, other tenants of the store); members who were wrongly kept out or refused; whether limits of rates and sizes are kept, and
 * counts of unread messages, which no client asks for.
 */
import type { History } from '../history/history.ts'
import { layers } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import type { Story } from '../result.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { endBefore, excludedOf, isAfterAck, isWithin, memberOfView } from './excluded.ts'
import { conclude, exampleLimit } from './finding.ts'
import { membershipOf, must, type Member } from './membership.ts'
import { otherAccess } from './other-access.ts'
import { readsByOutsiders } from './outsiders.ts'
import { clientName, tell } from './story.ts'
import { Suspects } from './suspects.ts'

export const access: Check = {
  name: 'access',
  claim: 'nothing of a room reached anybody who was no member of it then, and nothing was accepted of who had no right to it',
  examine(history) {
    const arrivals = judgeArrivals(history)
    const sends = sendsByOutsiders(history)
    const reads = readsByOutsiders(history)
    const others = otherAccess(history)
    const { seq, room } = history.columns
    const roomOf = (row: number): string => history.rooms[room[row] ?? -1] ?? 'no room'
    return conclude({
      population: arrivals.judged + sends.judged + reads.judged + others.judged,
      violations: arrivals.leaked.count + sends.found.count + reads.found.count + others.found.length,
      figures: {
        arrivals: arrivals.judged,
        excused: arrivals.excused,
        sends: sends.judged,
        reads: reads.judged,
        leaked: arrivals.leaked.count,
        readOutside: reads.found.count,
        acceptedOutside: sends.found.count,
        ...others.figures,
      },
      evidence: [
        ...arrivals.leaked.rows.map((row) => story(history, row, `seq ${seq[row]} of ${roomOf(row)} is outside every stay of`)),
        ...reads.found.rows.map((row) => story(history, row, `${roomOf(row)} was read after the end of the stay of`)),
        ...sends.found.rows.map((row) => story(history, row, `seq ${seq[row]} of ${roomOf(row)} was accepted outside every stay of`)),
        ...others.found.map(({ row, why }) => plainStory(history, row, why)),
      ].slice(0, exampleLimit),
      doubt: auditOf(history).doubt,
    })
  },
}

interface Arrivals {
  judged: number
  excused: number
  leaked: Suspects
}

/** By kind code: of the rows that bring something of a room, which bits of `layer` are the way, and the way where all rows of the kind have one. */
const waysOf = new Uint8Array(256)
const onlyWayOf = new Uint8Array(256)
for (const { code } of [kinds.delivery, kinds.entry, kinds.changed]) waysOf[code] = layers.live | layers.sync | layers.range | layers.page
for (const { code } of [kinds.heartbeat, kinds.receipt]) onlyWayOf[code] = layers.live
onlyWayOf[kinds.readMessage.code] = layers.page

function judgeArrivals(history: History): Arrivals {
  const { client, room, kind, layer, length } = history.columns
  const memberOf = memberOfView(history)
  const openFrom = openFromOf(history)
  const result: Arrivals = { judged: 0, excused: 0, leaked: new Suspects() }
  for (let row = withinStays(history, openFrom, result, 0); row < length; row = withinStays(history, openFrom, result, row + 1)) {
    const code = kind[row] ?? 0
    const way = ((layer[row] ?? 0) & (waysOf[code] ?? 0)) | (onlyWayOf[code] ?? 0)
    result.judged++
    const judged = judgeArrival(history, memberOf(client[row] ?? -1, room[row] ?? 0), row, way)
    if (judged === 'excused') result.excused++
    else if (judged === 'leaked') result.leaked.add(row)
  }
  return result
}

/** By view: the seq from which its only stay lasts to the end, so that most rows need one comparison; Infinity where it isn't so. */
function openFromOf(history: History): Float64Array {
  const rooms = history.rooms.length
  const openFrom = new Float64Array(history.clients.length * rooms).fill(Infinity)
  for (const [room, members] of membershipOf(history).members.entries()) {
    for (const { clients, intervals } of members) {
      const [only, second] = intervals
      if (only?.to === Infinity && second === undefined) for (const client of clients) openFrom[client * rooms + room] = only.from
    }
  }
  return openFrom
}

/**
 * Counts the arrivals from `start` that lie within such a stay; returns the first that needs more (or the number of rows).
 * Subtle: it calls nothing, like the ledger's hot loop.
 */
function withinStays({ columns, rooms: { length: rooms } }: History, openFrom: Float64Array, result: Arrivals, start: number): number {
  const { kind, layer, client, room, seq, length } = columns
  let judged = 0
  let row = start
  for (; row < length; row++) {
    const code = kind[row] ?? 0
    if ((((layer[row] ?? 0) & (waysOf[code] ?? 0)) | (onlyWayOf[code] ?? 0)) === 0) continue
    const inRoom = room[row] ?? -1
    if (inRoom === -1) continue
    const at = seq[row] ?? 0
    if (at >= 1 && !(at >= (openFrom[(client[row] ?? 0) * rooms + inRoom] ?? Infinity))) break
    judged++
  }
  result.judged += judged
  return row
}

function judgeArrival(history: History, member: Member | null, row: number, way: number): 'within' | 'excused' | 'leaked' {
  const { room, seq, kind } = history.columns
  if (member === null) return 'leaked'
  const at = seq[row] ?? 0
  if (isWithin(member, at)) return 'within'
  // A cursor that lies before a stay tells nothing of what was said then.
  if (kind[row] === kinds.receipt.code && (endBefore(member, at) === -1 || isBack(history, member, row))) return 'within'
  if (way !== layers.live || endBefore(member, at) === -1) return 'leaked'
  return isAfterAck(history, room[row] ?? 0, member, at) ? 'leaked' : 'excused'
}

/** Whether the client had asked to join again, for a stay that begins above the seq of that row. */
function isBack(history: History, member: Member, row: number): boolean {
  const { client, room, seq, tNs } = history.columns
  const at = seq[row] ?? 0
  if (!member.intervals.some((stay) => stay.from > at)) return false
  const endedNs = excludedOf(history).ackNs[(auditOf(history).base[room[row] ?? 0] ?? 0) + endBefore(member, at)] ?? Infinity
  const isJoin = (one: number): boolean => client[one] === client[row] && room[one] === room[row]
  return history.rowsOf('joinInvoked').some((one) => one < row && isJoin(one) && (tNs[one] ?? 0) > endedNs)
}

/** Stored messages of clients of the run that lie outside every stay of their sender. */
function sendsByOutsiders(history: History): { judged: number; found: Suspects } {
  const { client, room, seq } = history.columns
  const membership = membershipOf(history)
  const result = { judged: 0, found: new Suspects() }
  for (const row of history.rowsOf('stored')) {
    if ((client[row] ?? -1) < 0) continue
    result.judged++
    const member = membership.of(client[row] ?? -1, room[row] ?? -1)
    if (member === null || !must(member, seq[row] ?? 0)) result.found.add(row)
  }
  return result
}

function story(history: History, row: number, what: string): Story {
  const { client, room, seq, message } = history.columns
  const [own, inRoom, at] = [client[row] ?? -1, room[row] ?? -1, seq[row] ?? 0]
  const { base, capacity, rowAt, storedAt } = auditOf(history)
  const member = membershipOf(history).of(own, inRoom)
  const cells = base[inRoom] ?? 0
  const rows: number[] = [row]
  const end = member === null ? -1 : endBefore(member, at)
  if (end !== -1) rows.push(rowAt[cells + end] ?? -1, excludedOf(history).ackRow[cells + end] ?? -1)
  const there = at > 0 && at < (capacity[inRoom] ?? 0) ? (storedAt[cells + at] ?? -1) : -1
  return tell(history, {
    title: `${what} ${clientName(history, own)}`,
    message: there >= 0 ? there : (message[row] ?? -1) >= 0 ? (message[row] ?? null) : null,
    recipient: own,
    rows: [...new Set(rows)].filter((one) => one !== -1),
    closing:
      member === null
        ? 'audit: it was never a member'
        : `audit: it was a member ${member.intervals.map(({ from, to }) => `from seq ${from}${to === Infinity ? ' on' : ` to ${to}`}`).join(' and ')}`,
  })
}

function plainStory(history: History, row: number, title: string): Story {
  const message = history.columns.message[row] ?? -1
  return tell(history, { title, message: message === -1 ? null : message, rows: [row], closing: title })
}
