/** What the view of every present client shows in the end, against what is stored. */
import type { History } from '../history/history.ts'
import { recordBits } from '../history/codes.ts'
import { auditOf } from './audit.ts'
import { ledgerOf, marksAt } from './ledger.ts'
import { membershipOf, must } from './membership.ts'
import { foldedOf } from './folded.ts'
import { expectedOf, syncedAt } from './present.ts'
import { purgedNsOf, purgeToldNs } from './purges.ts'
import { quiescenceOf } from './quiescence.ts'
import { Suspects } from './suspects.ts'
import { marks } from './views.ts'

export interface LeftOut {
  client: number
  room: number
  seq: number
  message: number
}

interface Ends {
  judged: number
  /** `viewMessage` rows that show another record than the stored one. */
  unlike: Suspects
  /** Messages that were applied and are not shown: the first thousand. */
  left: LeftOut[]
}

export function viewsAtEnd(history: History): Ends {
  const { kind, client, room, seq, session } = history.columns
  const result: Ends = { judged: 0, unlike: new Suspects(), left: [] }
  const { atNs } = quiescenceOf(history)
  if (Number.isNaN(atNs)) return result
  const expected = expectedOf(history)
  const synced = syncedAt(history, atNs)
  const messages = history.rowsOf('viewMessage')
  let next = 0
  for (const view of history.rowsOf('viewShown')) {
    const own = client[view] ?? -1
    const count = seq[view] ?? 0
    while (next < messages.length && (messages[next] ?? 0) < view) next++
    // Rows of other writers may lie between them.
    const rows: number[] = []
    for (let at = next; at < messages.length && rows.length < count; at++) {
      const row = messages[at] ?? 0
      if (client[row] === own && room[row] === room[view]) rows.push(row)
    }
    if (kind[view] === undefined || expected[own] !== 1 || synced[own] !== 1 || session[view] === -1 || rows.length === 0) continue
    if (
      membershipOf(history)
        .of(own, room[view] ?? -1)
        ?.intervals.at(-1)?.to !== Infinity
    )
      continue
    judgeView(history, own, room[view] ?? 0, rows, result)
  }
  return result
}

function judgeView(history: History, client: number, room: number, rows: readonly number[], result: Ends): void {
  const { tNs, seq, rev, value, layer } = history.columns
  const { isPurged } = foldedOf(history)
  const { base, heads, capacity, storedAt, rowAt, recordAt } = auditOf(history)
  const cells = base[room] ?? 0
  const currentAt = (at: number): number => ((recordAt[cells + at] ?? -1) === -1 ? (rowAt[cells + at] ?? -1) : (recordAt[cells + at] ?? -1))
  const shown = new Set<number>()
  for (const row of rows) {
    const at = seq[row] ?? 0
    if (at >= (capacity[room] ?? 0) || (storedAt[cells + at] ?? -1) < 0) continue
    shown.add(at)
    // Retention goes on purging until the audit, and what was shown just before it is no more in the store.
    if (isPurged[cells + at] === 1 && (tNs[row] ?? 0) < (purgedNsOf(history)[cells + at] ?? Infinity) + purgeToldNs) continue
    result.judged++
    const current = currentAt(at)
    const isGone = ((layer[current] ?? 0) & recordBits.stub) !== 0
    if (isGone || rev[row] !== rev[current] || value[row] !== value[current]) result.unlike.add(row)
  }
  const member = membershipOf(history).of(client, room)
  const lowest = Math.min(...shown)
  for (let at = lowest; at <= (heads[room] ?? 0); at++) {
    const message = storedAt[cells + at] ?? -1
    if (message < 0 || shown.has(at) || member === null || !must(member, at) || result.left.length >= 1000) continue
    // Held, deleted and removed ones are not shown.
    if (((layer[currentAt(at)] ?? 0) & (recordBits.stub | recordBits.held)) !== 0) continue
    if ((marksAt(ledgerOf(history), client * history.rooms.length + room, at) & marks.everApplied) !== 0) result.left.push({ client, room, seq: at, message })
  }
}
