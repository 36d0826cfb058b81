/** A `History` from its columns and tables: one way for folders, synthetic runs and hand-written ones. */
import { journalStages } from '../../system/journal-rows.ts'
import type { History } from './history.ts'
import { kinds } from './kinds.ts'

const none = new Int32Array(0)
const grown = (rows: Int32Array): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(Math.max(1024, 2 * rows.length))
  larger.set(rows)
  return larger
}

/** Row numbers by kind in one pass, without those of the two kinds that are most of a run and that checks read by passing over the columns. */
function indexKinds(codes: Uint8Array, length: number): Int32Array[] {
  const counts = new Int32Array(256)
  const index = Array.from(counts, (): Int32Array => none)
  for (let row = 0; row < length; row++) {
    const code = codes[row] ?? 0
    if (code === kinds.delivery.code || code === kinds.status.code) continue
    const next = counts[code] ?? 0
    let rows: Int32Array = index[code] ?? none
    if (next === rows.length) index[code] = rows = grown(rows)
    rows[next] = row
    counts[code] = next + 1
  }
  return index.map((rows, code) => rows.subarray(0, counts[code]))
}

function rowsWith(codes: Uint8Array, length: number, wanted: number): Int32Array {
  let rows: Int32Array = none
  let next = 0
  for (let row = 0; row < length; row++) {
    if (codes[row] !== wanted) continue
    if (next === rows.length) rows = grown(rows)
    rows[next++] = row
  }
  return rows.subarray(0, next)
}

/** Adds `rowsOf` and `journalRowsOf`, each made at its first use. An unknown kind or stage has no rows. */
export function buildHistory(parts: Omit<History, 'rowsOf' | 'journalRowsOf'>): History {
  const kindCodes = new Map<string, number>(Object.entries(kinds).map(([name, kind]) => [name, kind.code]))
  const { columns, journals } = parts
  const large = new Map<number, Int32Array>()
  const stages = new Map<number, Int32Array>()
  let index: Int32Array[] | null = null
  return {
    ...parts,
    rowsOf(kind) {
      const code = kindCodes.get(kind) ?? -1
      if (code !== kinds.delivery.code && code !== kinds.status.code) return (index ??= indexKinds(columns.kind, columns.length))[code] ?? none
      const rows = large.get(code) ?? rowsWith(columns.kind, columns.length, code)
      large.set(code, rows)
      return rows
    },
    journalRowsOf(stage) {
      const code = journalStages[stage]
      const rows = stages.get(code) ?? rowsWith(journals.stage, journals.length, code)
      stages.set(code, rows)
      return rows
    },
  }
}

