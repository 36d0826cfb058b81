/** A `History` from its columns and tables: one way for folders, synthetic runs and hand-written ones. */
import { journalStages } from '../../system/journal-rows.ts'
import type { History } from './history.ts'
import { kinds } from './kinds.ts'

/** Row numbers by code, in one pass over a column of codes: count, then fill. */
function indexByCode(codes: Uint8Array, length: number): Int32Array[] {
  const counts = new Int32Array(256)
  for (let row = 0; row < length; row++) {
    const code = codes[row] ?? 0
    counts[code] = (counts[code] ?? 0) + 1
  }
  const index = Array.from(counts, (count) => new Int32Array(count))
  counts.fill(0)
  for (let row = 0; row < length; row++) {
    const code = codes[row] ?? 0
    const rows = index[code]
    const next = counts[code] ?? 0
    if (rows !== undefined) rows[next] = row
    counts[code] = next + 1
  }
  return index
}

/** Adds `rowsOf` and `journalRowsOf`, each made at its first use from one pass. An unknown kind or stage has no rows. */
export function buildHistory(parts: Omit<History, 'rowsOf' | 'journalRowsOf'>): History {
  const none = new Int32Array(0)
  const kindCodes = new Map<string, number>(Object.entries(kinds).map(([name, kind]) => [name, kind.code]))
  let rows: Int32Array[] | null = null
  let journalRows: Int32Array[] | null = null
  return {
    ...parts,
    rowsOf(kind) {
      rows ??= indexByCode(parts.columns.kind, parts.columns.length)
      return rows[kindCodes.get(kind) ?? -1] ?? none
    },
    journalRowsOf(stage) {
      journalRows ??= indexByCode(parts.journals.stage, parts.journals.length)
      return journalRows[journalStages[stage]] ?? none
    },
  }
}
