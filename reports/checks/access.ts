/**
 * Rule: nothing of a room reaches who is no member at its seq, by any way.
 * - Live traffic outside every stay is judged by the entry's own seq and commit, never by its arrival: what was committed after the ack of a kick reaches no
 *   socket of that user on any node. A head told by a heartbeat, and a cursor shown of somebody, are judged by their seq in the same way.
 * - By sync, range, page or search there is no excuse: the node that answers has folded the end of the stay. What lies before the first join, too.
 * - Only members read: a page or a sync that was asked for after the end of the only or last stay was acked, and before a new join was asked for, gets none.
 * - Nothing is accepted of who is no member at its seq: every stored message lies strictly inside a stay of its sender.
 * Excused: live traffic of after a stay that was committed before the end of that stay was acked as done, or when either time isn't known: until then a node
 * that had not heard of the kick *may* send it. Rooms and senders of nobody in the run are not judged.
 * Population: arrivals, reads, heads and cursors at clients, and stored messages.
 * Unknown: without a sound audit.
 * Can't see: typing and presence, which carry no seq; addresses of files (quarantine); leaks to anybody but the recorded clients (logs, metrics, other tenants
 * of the store); members who were wrongly kept out.
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
import { readsByOutsiders } from './outsiders.ts'
import { clientName, tell } from './story.ts'
import { Suspects } from './suspects.ts'

export const access: Check = {
  name: 'access',
  claim: 'nothing of a room reached anybody who was no member of it then, and nothing of theirs was accepted',
  examine(history) {
    const arrivals = judgeArrivals(history)
    const sends = sendsByOutsiders(history)
    const reads = readsByOutsiders(history)
    const { seq, room } = history.columns
    return conclude({
      population: arrivals.judged + sends.judged + reads.judged,
      violations: arrivals.leaked.count + sends.found.count + reads.found.count,
      figures: {
        arrivals: arrivals.judged,
        excused: arrivals.excused,
        sends: sends.judged,
        reads: reads.judged,
        leaked: arrivals.leaked.count,
        readOutside: reads.found.count,
        acceptedOutside: sends.found.count,
      },
      evidence: [
        ...arrivals.leaked.rows.map((row) => story(history, row, `seq ${seq[row]} of ${history.rooms[room[row] ?? -1]} is outside every stay of`)),
        ...reads.found.rows.map((row) => story(history, row, `${history.rooms[room[row] ?? -1]} was read after the end of the stay of`)),
        ...sends.found.rows.map((row) => story(history, row, `seq ${seq[row]} of ${history.rooms[room[row] ?? -1]} was accepted outside every stay of`)),
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
  if (kind[row] === kinds.receipt.code && endBefore(member, at) === -1) return 'within'
  if (way !== layers.live || endBefore(member, at) === -1) return 'leaked'
  return isAfterAck(history, room[row] ?? 0, member, at) ? 'leaked' : 'excused'
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
