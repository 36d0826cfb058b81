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
import { ledgerOf, marksAt } from './ledger.ts'
import { membershipOf, must, stays } from './membership.ts'
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
    for (const row of lastRow) {
      const why = row === -1 ? null : untrue(history, audit, row)
      if (why !== null) bad.push({ row, why })
    }
    const evidence = bad
      .slice(0, exampleLimit)
      .map(({ row, why }) => tell(history, { title: messageTitle(history, message[row] ?? -1), message: message[row] ?? -1, rows: [row], closing: why }))
    return conclude({ population, violations: bad.length, figures: { illegalSteps: steps, untrue: bad.length - steps }, evidence, doubt: audit.doubt })
  },
}

/** Why the last status of a message is not true, or null. */
function untrue(history: History, audit: Audit, row: number): string | null {
  const { message, value } = history.columns
  const own = message[row] ?? -1
  const status = nameOf.get(value[row] ?? -1)
  const stored = audit.storedRow[own] ?? -1
  if (status === 'failed')
    return stored !== -1 && (operationsOf(history).failedRow[own] ?? -1) !== -1 ? 'it was refused definitely, and yet it is stored' : null
  if (status !== 'delivered' && status !== 'read') return null
  if (stored === -1) return `shown as ${status}, and it is not stored`
  const without = memberWithout(history, own, stored)
  return without === null ? null : `shown as ${status}, and ${without} never applied it`
}

/** A member at that seq, other than the sender, of whom no device applied it or was excused by a reset. */
function memberWithout(history: History, message: number, stored: number): string | null {
  const room = history.columns.room[stored] ?? 0
  const seq = history.columns.seq[stored] ?? 0
  const sender = history.clients[history.messages.client[message] ?? -1]?.user
  const ledger = ledgerOf(history)
  const rooms = history.rooms.length
  for (const member of membershipOf(history).members[room] ?? []) {
    let isApplied = false
    for (const client of member.clients) if ((marksAt(ledger, client * rooms + room, seq) & (marks.everApplied | marks.excused)) !== 0) isApplied = true
    // One that left later is no longer waited for. Asked last: nearly everybody has applied it.
    if (!isApplied && member.user !== sender && must(member, seq) && stays(member, seq)) return member.user
  }
  return null
}
