/**
 * Rule: at quiescence no message of a client that is expected at the end is queued, sending, retrying or offline; and one that is sent has become delivered
 * where every other member is connected and synced and lacks nothing of that room. Separate from loss.
 * Excused: clients that are meant to be gone. Sent may stay where a member that stays is away or not synced and can't have told that it came, where no other
 * member is left, where its sender is out of the room, where somebody joined who is no client of the run, and where a message of the room is missing
 * (delivered-to-all). Where the driver has no receipts, sent is the end.
 * Population: messages of present clients.
 * Unknown: without a sound audit; a stuck message also while a fault was not healed, or where the end of settle was never reached.
 * Can't see: how long a status stood before it moved on (the worst time to delivered is a figure); whether sent should have become delivered in a room of which
 * any view was reset, because one reset excuses all messages of the room; read, which nobody is owed.
 */
import type { History } from '../history/history.ts'
import type { Figures } from '../result.ts'
import { statuses } from '../history/codes.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { locate } from './locus.ts'
import { membershipOf, stays } from './membership.ts'
import { operationsOf } from './operations.ts'
import { owedOf } from './owed.ts'
import { expectedOf, syncedAt } from './present.ts'
import { quiescenceOf } from './quiescence.ts'
import { messageTitle, tell } from './story.ts'

const stuck: ReadonlySet<number> = new Set([statuses.queued, statuses.sending, statuses.retrying, statuses.offline])
const nameOf = new Map<number, string>(Object.entries(statuses).map(([name, code]) => [code, name]))

export const noStuckStatus: Check = {
  name: 'no-stuck-status',
  claim: 'no message is left queued, sending, retrying or offline, and sent ones become delivered',
  needs: ['status'],
  examine(history) {
    const expected = expectedOf(history)
    const quiescence = quiescenceOf(history)
    const last = lastStatus(history)
    const mayStaySent = reasonsToStaySent(history, quiescence.atNs)
    const found: { message: number; status: string }[] = []
    const counts: Record<string, number> = {}
    let population = 0
    for (const [message, invoked] of operationsOf(history).invokedRow.entries()) {
      if (invoked === -1 || expected[history.messages.client[message] ?? -1] !== 1) continue
      population++
      const row = last[message] ?? -1
      const code = row === -1 ? statuses.queued : (history.columns.value[row] ?? 0)
      const status = nameOf.get(code) ?? String(code)
      counts[status] = (counts[status] ?? 0) + 1
      if (stuck.has(code) || (code === statuses.sent && !mayStaySent(message))) found.push({ message, status })
    }
    return conclude({
      population,
      violations: found.length,
      figures: { ...counts, worstToDeliveredMs: worstMs(history, last) } satisfies Figures,
      evidence: found.slice(0, exampleLimit).map(({ message, status }) =>
        tell(history, {
          title: messageTitle(history, message),
          message,
          rows: [last[message] ?? -1].filter((row) => row !== -1),
          locus: stuck.has(statuses[status as keyof typeof statuses]) ? locate(history, message, null) : null,
          closing: `it is still shown as ${status} at the end`,
        }),
      ),
      doubt: auditOf(history).doubt ?? (found.length > 0 ? quiescence.doubt : null),
      why: found.length > 0 ? quiescence.overdue : null,
    })
  },
}

function lastStatus(history: History): Int32Array {
  const last = new Int32Array(history.messages.length).fill(-1)
  for (const row of history.rowsOf('status')) last[history.columns.message[row] ?? -1] = row
  return last
}

/** Longest time from intent to the first `delivered` that was the last status or led to `read`. Milliseconds. */
function worstMs(history: History, last: Int32Array): number {
  const { intendedNs } = operationsOf(history)
  let worst = 0
  for (const [message, row] of last.entries()) {
    if (row === -1 || history.columns.value[row] !== statuses.delivered) continue
    worst = Math.max(worst, ((history.columns.tNs[row] ?? 0) - (intendedNs[message] || Infinity)) / 1e6)
  }
  return Math.round(worst * 10) / 10
}

/** Whether a message may stay `sent`: not stored, nobody else was there and still is, its sender isn't told any more, or somebody can't have told that it came. */
function reasonsToStaySent(history: History, atNs: number): (message: number) => boolean {
  if (!history.capabilities.includes('receipts')) return () => true
  const audit = auditOf(history)
  const { members, strangersFrom } = membershipOf(history)
  const { missingByRoom, excusedByRoom } = owedOf(history)
  const synced = syncedAt(history, atNs)
  const expected = expectedOf(history)
  return (message) => {
    const stored = audit.storedRow[message] ?? -1
    if (stored === -1) return true
    const [room, seq] = [history.columns.room[stored] ?? 0, history.columns.seq[stored] ?? 0]
    if ((strangersFrom[room] ?? Infinity) < seq || (missingByRoom[room] ?? 0) > 0 || (excusedByRoom[room] ?? 0) > 0) return true
    const sender = history.clients[history.messages.client[message] ?? -1]?.user
    const staying = (members[room] ?? []).filter((member) => stays(member, seq))
    if (!staying.some((member) => member.user === sender)) return true
    const others = staying.filter((member) => member.user !== sender)
    return others.length === 0 || others.some((member) => member.clients.some((client) => expected[client] !== 1 || synced[client] !== 1))
  }
}
