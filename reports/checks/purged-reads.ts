/** Contents of purged messages that were served to a read which was begun after the purge, once that had time to be folded. */
import type { History } from '../history/history.ts'
import { recordBits } from '../history/codes.ts'
import { auditOf } from './audit.ts'
import { asked } from './asked.ts'
import { excludedOf } from './excluded.ts'
import { Suspects } from './suspects.ts'

/** A purge is folded right after its commit by the node that made it, in blocks of 16 messages. A choice. */
const foldedMs = 2_000

/** By cell: when the purge of the message there was committed, Infinity when none was. */
function purgedNs(history: History): Float64Array {
  const { room, seq, rev, value } = history.columns
  const { base, capacity, storedAt } = auditOf(history)
  const { commitNs } = excludedOf(history)
  const times = new Float64Array(storedAt.length).fill(Infinity)
  for (const purge of history.rowsOf('storedPurge')) {
    const inRoom = room[purge] ?? 0
    const cells = base[inRoom] ?? 0
    const atNs = commitNs[cells + (seq[purge] ?? 0)] ?? NaN
    if (Number.isNaN(atNs)) continue
    for (let at = (rev[purge] ?? 0) + 1; at <= Math.min(value[purge] ?? 0, (capacity[inRoom] ?? 1) - 1); at++)
      times[cells + at] = Math.min(times[cells + at] ?? Infinity, atNs)
  }
  return times
}

export function readOfPurged(history: History): Suspects {
  const found = new Suspects()
  if (history.rowsOf('storedPurge').length === 0) return found
  const { room, seq, layer, value } = history.columns
  const { base, capacity } = auditOf(history)
  const times = purgedNs(history)
  const isFaulty = (ns: number): boolean => history.faults.some((fault) => fault.injectedAtMs * 1e6 <= ns && ns <= (fault.healedAtMs ?? Infinity) * 1e6)
  for (const { row, begunNs, isDelivery } of asked(history)) {
    const inRoom = room[row] ?? 0
    if ((seq[row] ?? 0) >= (capacity[inRoom] ?? 0)) continue
    const dueNs = (times[(base[inRoom] ?? 0) + (seq[row] ?? 0)] ?? Infinity) + foldedMs * 1e6
    const hasContent = isDelivery ? value[row] !== -1 : ((layer[row] ?? 0) & recordBits.stub) === 0
    if (hasContent && begunNs > dueNs && !isFaulty(dueNs)) found.add(row)
  }
  return found
}
