/** Contents that a deletion or a removal took, and that the log has still: the first body of the message, or that of one of its edits. */
import type { History } from '../history/history.ts'
import { entryKinds, recordBits } from '../history/codes.ts'
import { auditOf } from './audit.ts'
import { foldedOf } from './folded.ts'

export function leftInLog(history: History): { judged: number; rows: readonly number[] } {
  const { room, seq, message, value, layer, rev } = history.columns
  const { base, rowAt, storedRow } = auditOf(history)
  const { row: changeAt } = foldedOf(history)
  const cellOf = (row: number): number => (base[room[row] ?? 0] ?? 0) + (seq[row] ?? 0)
  const gone = new Set<number>()
  for (const row of history.rowsOf('storedEntry')) {
    const isRemoval = value[row] === entryKinds.moderate && history.names[rev[changeAt[cellOf(row)] ?? -1] ?? -1] === 'remove'
    if ((message[row] ?? -1) !== -1 && (value[row] === entryKinds.delete || isRemoval)) gone.add(message[row] ?? -1)
  }
  const firsts = [...gone].map((own) => storedRow[own] ?? -1).filter((row) => row !== -1)
  const edits = [...history.rowsOf('storedChange')].filter((row) => gone.has(message[row] ?? -1) && value[rowAt[cellOf(row)] ?? -1] === entryKinds.edit)
  const rows = [...firsts.filter((row) => ((layer[row] ?? 0) & recordBits.stub) === 0), ...edits.filter((row) => ((layer[row] ?? 0) & 1) === 0)]
  return { judged: firsts.length + edits.length, rows }
}
