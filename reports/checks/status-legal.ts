/**
 * Rule: the statuses that a sender sees of one message follow the table of legal steps (`next` in status-legal.ts, written there again on purpose, not taken
 * from the client), and the last one is true: failed with a definite refusal => not stored; delivered or read => stored, and every other member at that seq
 * who stayed applied it.
 * Excused: a failed message may turn out stored where its outcome was unknown, or be sent again by its user. Members who have left since are waited for no
 * longer; one whom a reset carried over the message counts as having it.
 * Population: messages with a status.
 * Unknown: without a sound audit.
 * Can't see: whether delivered was true at the moment when it was shown: it is compared with what was applied by the end of the run; whether anybody read what
 * is shown as read; a last status sent of a message that is not stored (acked-is-stored, if there was an ack).
 */
import type { History } from '../history/history.ts'
import { statuses } from '../history/codes.ts'
import { auditOf, type Audit } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { ledgerOf } from './ledger.ts'
import { membershipOf, must, stays, type Member } from './membership.ts'
import { operationsOf } from './operations.ts'
import { messageTitle, tell } from './story.ts'
import { marks } from './views.ts'

type Status = keyof typeof statuses

const first: readonly Status[] = ['queued', 'offline']
/** After an attempt cancelling is send-then-delete; a failed message may turn out stored, or be sent again by its user. */
const next: Readonly<Record<Status, readonly Status[]>> = {
  queued: ['sending', 'offline', 'cancelled', 'failed'],
  sending: ['retrying', 'offline', 'queued', 'sent', 'failed'],
  retrying: ['sending', 'offline', 'queued', 'sent', 'failed'],
  offline: ['queued', 'retrying', 'sending', 'sent', 'failed', 'cancelled'],
  sent: ['delivered', 'read'],
  delivered: ['read'],
  read: [],
  failed: ['queued', 'retrying', 'sending', 'offline', 'sent'],
  cancelled: [],
}
const nameOf = new Map<number, Status>(Object.entries(statuses).map(([name, code]) => [code, name as Status]))

export function isLegal(from: Status | null, to: Status): boolean {
  return from === to || (from === null ? first : next[from]).includes(to)
}

export const statusLegal: Check = {
  name: 'status-legal',
  claim: 'every status shown was a legal step, and the last one is true',
  needs: ['status'],
  examine(history) {
    const { message, value } = history.columns
    const audit = auditOf(history)
    const lastRow = new Int32Array(history.messages.length).fill(-1)
    const bad: { row: number; why: string }[] = []
    let population = 0
    for (const row of history.rowsOf('status')) {
      const own = message[row] ?? -1
      const before = lastRow[own] ?? -1
      if (before === -1) population++
      const from = before === -1 ? null : (nameOf.get(value[before] ?? -1) ?? null)
      const to = nameOf.get(value[row] ?? -1)
      if (to === undefined || !isLegal(from, to)) bad.push({ row, why: `${from ?? 'nothing'} -> ${to ?? `status ${value[row]}`} is no legal step` })
      lastRow[own] = row
    }
    const steps = bad.length
    const devicesOf = devicesByRoom(history)
    for (const row of lastRow) {
      const why = row === -1 ? null : untrue(history, audit, devicesOf, row)
      if (why !== null) bad.push({ row, why })
    }
    const evidence = bad
      .slice(0, exampleLimit)
      .map(({ row, why }) => tell(history, { title: messageTitle(history, message[row] ?? -1), message: message[row] ?? -1, rows: [row], closing: why }))
    return conclude({ population, violations: bad.length, figures: { illegalSteps: steps, untrue: bad.length - steps }, evidence, doubt: audit.doubt })
  },
}

/** Why the last status of a message is not true, or null. */
function untrue(history: History, audit: Audit, devicesOf: (room: number) => Devices, row: number): string | null {
  const { message, value } = history.columns
  const own = message[row] ?? -1
  const status = nameOf.get(value[row] ?? -1)
  const stored = audit.storedRow[own] ?? -1
  if (status === 'failed')
    return stored !== -1 && (operationsOf(history).failedRow[own] ?? -1) !== -1 ? 'it was refused definitely, and yet it is stored' : null
  if (status !== 'delivered' && status !== 'read') return null
  if (stored === -1) return `shown as ${status}, and it is not stored`
  const without = memberWithout(history, devicesOf(history.columns.room[stored] ?? 0), own, stored)
  return without === null ? null : `shown as ${status}, and ${without} never applied it`
}

/** The devices of a room's members, those of one member together: where the bytes of their views lie (as in ledger.ts), and whose they are. */
interface Devices {
  members: readonly Member[]
  from: Int32Array
  step: Int32Array
  member: Int32Array
}

function devicesByRoom(history: History): (room: number) => Devices {
  const { from, step } = ledgerOf(history)
  const rooms = history.rooms.length
  const known = new Map<number, Devices>()
  return (room) => {
    const made = known.get(room)
    if (made !== undefined) return made
    const members = membershipOf(history).members[room] ?? []
    const owned = members.flatMap(({ clients }, member) => clients.map((client) => ({ view: client * rooms + room, member })))
    const devices = {
      members,
      from: Int32Array.from(owned, ({ view }) => from[view] ?? -1),
      step: Int32Array.from(owned, ({ view }) => step[view] ?? 1),
      member: Int32Array.from(owned, ({ member }) => member),
    }
    known.set(room, devices)
    return devices
  }
}

/** A member at that seq, other than the sender, of whom no device applied it or was excused by a reset. */
function memberWithout(history: History, devices: Devices, message: number, stored: number): string | null {
  const seq = history.columns.seq[stored] ?? 0
  const sender = history.clients[history.messages.client[message] ?? -1]?.user
  const { flags } = ledgerOf(history)
  for (let device = nextWithout(devices, flags, seq, 0); device < devices.member.length; device = nextWithout(devices, flags, seq, device + 1)) {
    const member = devices.members[devices.member[device] ?? -1]
    // One that left later is no longer waited for. Asked last: nearly everybody has applied it.
    if (member !== undefined && member.user !== sender && must(member, seq) && stays(member, seq)) return member.user
  }
  return null
}

/**
 * From `first`, the last device of a member of whom none has the seq; one above the last device when there is no such member.
 * Subtle: it calls nothing, like the ledger's hot loop: every message is asked of every member.
 */
function nextWithout({ from, step, member }: Devices, flags: Uint8Array, seq: number, first: number): number {
  const had = marks.everApplied | marks.excused
  let isApplied = false
  for (let device = first; device < member.length; device++) {
    const start = from[device] ?? -1
    if (start >= 0 && ((flags[start + seq * (step[device] ?? 1)] ?? 0) & had) !== 0) isApplied = true
    if (member[device + 1] === member[device]) continue
    if (!isApplied) return device
    isApplied = false
  }
  return member.length
}
