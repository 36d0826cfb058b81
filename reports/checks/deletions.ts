/** Reads that were begun after a deletion or a removal was acked, and what they brought of the message. */
import type { History } from '../history/history.ts'
import { changeKinds, recordBits } from '../history/codes.ts'
import { asked } from './asked.ts'
import { auditOf } from './audit.ts'
import { Suspects } from './suspects.ts'

/** By cell of the audit: when the deletion of the message there was acked, Infinity when none was. */
function deletedNs(history: History): Float64Array | null {
  const { message, value, tNs, room, seq } = history.columns
  const { base, storedRow, storedAt } = auditOf(history)
  let times: Float64Array | null = null
  for (const row of history.rowsOf('changeOk')) {
    if (value[row] !== changeKinds.delete && value[row] !== changeKinds.remove) continue
    const stored = storedRow[message[row] ?? -1] ?? -1
    if (stored === -1) continue
    times ??= new Float64Array(storedAt.length).fill(Infinity)
    const cell = (base[room[stored] ?? 0] ?? 0) + (seq[stored] ?? 0)
    times[cell] = Math.min(times[cell] ?? Infinity, tNs[row] ?? Infinity)
  }
  return times
}

export function readAfterDeletion(history: History): { judged: number; found: Suspects } {
  const times = deletedNs(history)
  const result = { judged: 0, found: new Suspects() }
  if (times === null) return result
  const { room, seq, layer, value } = history.columns
  const { base, capacity } = auditOf(history)
  const judge = (row: number, begunNs: number, hasContent: boolean): void => {
    const inRoom = room[row] ?? 0
    if ((seq[row] ?? 0) >= (capacity[inRoom] ?? 0) || !(begunNs > (times[(base[inRoom] ?? 0) + (seq[row] ?? 0)] ?? Infinity))) return
    result.judged++
    if (hasContent) result.found.add(row)
  }
  for (const { row, begunNs, isDelivery } of asked(history)) judge(row, begunNs, isDelivery ? value[row] !== -1 : ((layer[row] ?? 0) & recordBits.stub) === 0)
  return result
}
