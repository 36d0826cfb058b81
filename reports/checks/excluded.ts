/** Until when each member's last traffic of a room may still arrive: the ack of what ended its stay, against the commit of what came after. */
import type { History } from '../history/history.ts'
import { changeKinds, entryKinds } from '../history/codes.ts'
import { auditOf } from './audit.ts'
import { membershipOf, type Member } from './membership.ts'
import { once } from './once.ts'

/** Two tables by cell of the audit. */
export interface Excluded {
  /** When the entry there was committed, by the journals; NaN when they don't tell. */
  commitNs: Float64Array
  /** When the end of a stay by the entry there was acked as done, Infinity when it never was. */
  ackNs: Float64Array
  /** The `changeOk` row of that ack, -1 when none. */
  ackRow: Int32Array
}

const ending: ReadonlySet<number> = new Set([changeKinds.leave, changeKinds.kick, changeKinds.ban])

export const excludedOf = once((history: History): Excluded => {
  const { base, capacity, storedAt, rowAt } = auditOf(history)
  const commitNs = new Float64Array(storedAt.length).fill(NaN)
  const { journals } = history
  for (const row of history.journalRowsOf('committed')) {
    const [room, seq] = [journals.room[row] ?? -1, journals.seq[row] ?? -1]
    if (room >= 0 && seq > 0 && seq < (capacity[room] ?? 0)) commitNs[(base[room] ?? 0) + seq] = journals.tNs[row] ?? NaN
  }
  const ackNs = new Float64Array(storedAt.length).fill(Infinity)
  const ackRow = new Int32Array(storedAt.length).fill(-1)
  const { room, rev, value, tNs } = history.columns
  for (const row of history.rowsOf('changeOk')) {
    const [inRoom, seq] = [room[row] ?? -1, rev[row] ?? -1]
    if (!ending.has(value[row] ?? -1) || inRoom < 0 || seq < 1 || seq >= (capacity[inRoom] ?? 0)) continue
    const cell = (base[inRoom] ?? 0) + seq
    const entry = history.columns.value[rowAt[cell] ?? -1] ?? -1
    if ((entry !== entryKinds.leave && entry !== entryKinds.ban) || (tNs[row] ?? 0) >= (ackNs[cell] ?? Infinity)) continue
    ackNs[cell] = tNs[row] ?? Infinity
    ackRow[cell] = row
  }
  return { commitNs, ackNs, ackRow }
})

/** The seq of the entry that put this member out before `seq`; -1 when it was never in before. */
export function endBefore(member: Member, seq: number): number {
  return member.intervals.findLast((stay) => stay.to < seq)?.to ?? -1
}

/** The stay's own ends belong to it: who joins sees the join, who leaves may see the leave. */
export function isWithin(member: Member, seq: number): boolean {
  return member.intervals.some((stay) => stay.from <= seq && seq <= stay.to)
}

/** Whether what is at `seq` was committed after the end of the member's stay had been acked as done; false when either time isn't known. */
export function isAfterAck(history: History, room: number, member: Member, seq: number): boolean {
  const end = endBefore(member, seq)
  if (end === -1) return false
  const { base } = auditOf(history)
  const { commitNs, ackNs } = excludedOf(history)
  const cells = base[room] ?? 0
  return (commitNs[cells + seq] ?? NaN) > (ackNs[cells + end] ?? Infinity)
}

/** Membership by client and room, each looked up once. */
export function memberOfView(history: History): (client: number, room: number) => Member | null {
  const membership = membershipOf(history)
  const known = new Map<number, Member | null>()
  const rooms = history.rooms.length
  return (client, room) => {
    const view = client * rooms + room
    const found = known.get(view)
    if (found !== undefined) return found
    const member = membership.of(client, room)
    known.set(view, member)
    return member
  }
}
