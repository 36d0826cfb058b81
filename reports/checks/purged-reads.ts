/** Contents of purged messages that were served to a read which was begun after the purge, once that had time to be folded. */
import type { History } from '../history/history.ts'
import { recordBits } from '../history/codes.ts'
import { auditOf } from './audit.ts'
import { asked } from './asked.ts'
import { purgedNsOf, purgeToldNs } from './purges.ts'
import { Suspects } from './suspects.ts'

export function readOfPurged(history: History): Suspects {
  const found = new Suspects()
  if (history.rowsOf('storedPurge').length === 0) return found
  const { room, seq, layer, value } = history.columns
  const { base, capacity } = auditOf(history)
  const times = purgedNsOf(history)
  const isFaulty = (ns: number): boolean => history.faults.some((fault) => fault.injectedAtMs * 1e6 <= ns && ns <= (fault.healedAtMs ?? Infinity) * 1e6)
  for (const { row, begunNs, isDelivery } of asked(history)) {
    const inRoom = room[row] ?? 0
    if ((seq[row] ?? 0) >= (capacity[inRoom] ?? 0)) continue
    const dueNs = (times[(base[inRoom] ?? 0) + (seq[row] ?? 0)] ?? Infinity) + purgeToldNs
    const hasContent = isDelivery ? value[row] !== -1 : ((layer[row] ?? 0) & recordBits.stub) === 0
    if (hasContent && begunNs > dueNs && !isFaulty(dueNs)) found.add(row)
  }
  return found
}
