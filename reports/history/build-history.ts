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

/**
 * Row numbers by kind: count, then fill one array. Without those of the two kinds that are most of a run: checks read them by passing over the
 * columns. One exact allocation, because memory outside the heap makes the collector walk every name of the run.
 */
function indexKinds(codes: Uint8Array, length: number): Int32Array[] {
  const [delivery, status] = [kinds.delivery.code, kinds.status.code]
  const counts = new Int32Array(256)
  for (let row = 0; row < length; row++) {
    const code = codes[row] ?? 0
    counts[code] = (counts[code] ?? 0) + 1
  }
  counts[delivery] = 0
  counts[status] = 0
  const starts = new Int32Array(256)
  for (let code = 1; code < 256; code++) starts[code] = (starts[code - 1] ?? 0) + (counts[code - 1] ?? 0)
  const next = starts.slice()
  const all = new Int32Array((starts[255] ?? 0) + (counts[255] ?? 0))
  for (let row = 0; row < length; row++) {
    const code = codes[row] ?? 0
    if (code === delivery || code === status) continue
    const place = next[code] ?? 0
    all[place] = row
    next[code] = place + 1
  }
  return Array.from(starts, (start, code) => all.subarray(start, next[code]))
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
