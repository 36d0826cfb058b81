/**
 * Rule: at quiescence every view shows its messages in seq order, each once. Judged from what the clients show at the end of the run (`viewShown`).
 * Excused: while messages come in, one may be shown late and move up: such live inversions, and how many seqs late they were, are figures.
 * Population: messages shown in views at the end.
 * Unknown: without a sound audit, or when a message is out of place and a fault was never healed. Where no order is promised, what is found is reported and
 * fails nothing.
 * Can't see: what a person saw in between; what a view leaves out (delivered-to-all, convergence); views of clients that had gone before the end.
 */
import type { History } from '../history/history.ts'
import { layers } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { quiescenceOf } from './quiescence.ts'
import { clientName, tell } from './story.ts'
import { Suspects } from './suspects.ts'

export const shownOrder: Check = {
  name: 'shown-order',
  claim: 'in the end every client shows its rooms in the order of their seqs',
  needs: ['view'],
  examine(history, guarantees) {
    const { client, room, seq } = history.columns
    const inverted = invertedAtEnd(history)
    return conclude({
      population: history.rowsOf('viewMessage').length,
      violations: inverted.count,
      figures: { views: history.rowsOf('viewShown').length, ...liveInversions(history) },
      evidence: inverted.rows.slice(0, exampleLimit).map((row) =>
        tell(history, {
          title: `${clientName(history, client[row] ?? -1)} shows seq ${seq[row]} of ${history.rooms[room[row] ?? -1]} too far down`,
          message: history.columns.message[row] === -1 ? null : (history.columns.message[row] ?? null),
          recipient: client[row] ?? -1,
          rows: [row],
          closing: 'a message with the same or a higher seq is shown before it',
        }),
      ),
      doubt: auditOf(history).doubt ?? (inverted.count > 0 ? quiescenceOf(history).doubt : null),
      notPromised: guarantees.order === 'none' ? 'the experiment promises no order' : null,
    })
  },
}

/** Messages of a view that stand behind one with a higher seq, or with their own. */
function invertedAtEnd(history: History): Suspects {
  const { client, room, seq } = history.columns
  const highest = new Int32Array(history.clients.length * history.rooms.length)
  const view = (row: number): number => (client[row] ?? 0) * history.rooms.length + (room[row] ?? 0)
  const inverted = new Suspects()
  const rows = history.rowsOf('viewMessage')
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] ?? 0
    if ((seq[row] ?? 0) <= (highest[view(row)] ?? 0)) inverted.add(row)
    else highest[view(row)] = seq[row] ?? 0
  }
  return inverted
}

/** Messages that were shown, pages aside, after one with a higher seq; `worstDisplacement` in seqs. */
function liveInversions(history: History): { liveInversions: number; worstDisplacement: number } {
  const { kind, client, room, seq, layer, length } = history.columns
  const rooms = history.rooms.length
  const [delivery, syncReset, replaced] = [kinds.delivery.code, kinds.syncReset.code, kinds.clientReplaced.code]
  const highest = new Int32Array(history.clients.length * rooms)
  let [count, worst] = [0, 0]
  for (let row = 0; row < length; row++) {
    const code = kind[row]
    const own = client[row] ?? -1
    if (code === syncReset) highest[own * rooms + (room[row] ?? 0)] = 0
    else if (code === replaced) highest.fill(0, own * rooms, (own + 1) * rooms)
    if (code !== delivery || ((layer[row] ?? 0) & (layers.shown | layers.page)) !== layers.shown) continue
    const view = own * rooms + (room[row] ?? 0)
    const late = (highest[view] ?? 0) - (seq[row] ?? 0)
    if (late < 0) highest[view] = seq[row] ?? 0
    else if (late > 0) {
      count++
      worst = Math.max(worst, late)
    }
  }
  return { liveInversions: count, worstDisplacement: worst }
}
