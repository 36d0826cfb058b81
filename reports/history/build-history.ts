/** A `History` from its columns and tables: one way for folders, synthetic runs and hand-written ones. */
import { journalStages } from '../../system/journal-rows.ts'
import type { History } from './history.ts'
import { kinds } from './kinds.ts'

const none = new Int32Array(0)
/** Rows are gathered here and then copied: memory that grows and is dropped makes the collector walk every name of the run. */
let scratch = new Int32Array(1024)
const grown = (rows: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(2 * rows.length)
  larger.set(rows)
  return larger
}

/** Rows after a hit that are looked at one by one: beyond them the platform's search for a byte is 40 times as fast as a loop, but costs a call. */
const nearRows = 64

/** Row numbers of one code. There's no index of all kinds: it is slower than the searches that a check needs, and larger than all else it makes. */
function rowsWith(codes: Uint8Array, length: number, wanted: number): Int32Array {
  const bytes = Buffer.from(codes.buffer, codes.byteOffset, length)
  let rows = scratch
  let [next, nearUntil] = [0, 0]
  for (let row = 0; row < length; row++) {
    if (codes[row] !== wanted) {
      if (row < nearUntil) continue
      row = bytes.indexOf(wanted, row)
      if (row === -1) break
    }
    nearUntil = row + nearRows
    if (next === rows.length) rows = grown(rows)
    rows[next++] = row
  }
  scratch = rows
  return rows.slice(0, next)
}

/** Adds `rowsOf` and `journalRowsOf`, each made at its first use. An unknown kind or stage has no rows. */
export function buildHistory(parts: Omit<History, 'rowsOf' | 'journalRowsOf'>): History {
  const kindCodes = new Map<string, number>(Object.entries(kinds).map(([name, kind]) => [name, kind.code]))
  const { columns, journals } = parts
  const byKind = new Map<number, Int32Array>()
  const byStage = new Map<number, Int32Array>()
  return {
    ...parts,
    rowsOf(kind) {
      const code = kindCodes.get(kind)
      if (code === undefined) return none
      const rows = byKind.get(code) ?? rowsWith(columns.kind, columns.length, code)
      byKind.set(code, rows)
      return rows
    },
    journalRowsOf(stage) {
      const code = journalStages[stage]
      const rows = byStage.get(code) ?? rowsWith(journals.stage, journals.length, code)
      byStage.set(code, rows)
      return rows
    },
  }
}
