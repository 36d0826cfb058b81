import { kinds } from './kinds.ts'
import type { KindRow } from './kinds/kind-row.ts'

/** Bits of `nameColumnsOf`. */
export const nameColumnBits = { session: 1, seq: 2, rev: 4, value: 8 } as const
export type NameColumn = keyof typeof nameColumnBits

export const nameColumnList = Object.keys(nameColumnBits) as NameColumn[]

/** Whether kinds.ts says that a column of this kind holds a name id. */
export function holdsName(kind: KindRow, column: NameColumn): boolean {
  return kind.columns[column]?.startsWith('name id') ?? false
}

/** By kind code: which columns hold name ids, as bits; 255 for a code that no kind has. */
export const nameColumnsOf: Uint8Array = (() => {
  const table = new Uint8Array(256).fill(255)
  for (const kind of Object.values(kinds))
    table[kind.code] = nameColumnList.reduce((bits, column) => bits | (holdsName(kind, column) ? nameColumnBits[column] : 0), 0)
  return table
})()
