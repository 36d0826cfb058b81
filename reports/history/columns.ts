/** Columns that are made in memory: to be read into, or from rows. */
import type { Columns, JournalRows } from './history.ts'
import { kinds, type Kind } from './kinds.ts'

export const byteColumns = ['kind', 'layer'] as const
export const numberColumns = ['client', 'session', 'room', 'message', 'seq', 'rev', 'value'] as const
export const cellNames = ['layer', ...numberColumns] as const

/** What a row holds besides its time and kind; what is absent is -1, `layer` 0. */
export type Cells = Partial<Record<(typeof cellNames)[number], number>>
export interface RowCells extends Cells {
  /** Nanoseconds since the start of the run. */
  atNs: number
  kind: Kind
}

/** Each column as it is made by name. */
export function columnsBy(
  length: number,
  tNs: Float64Array,
  bytes: (name: (typeof byteColumns)[number]) => Uint8Array,
  numbers: (name: (typeof numberColumns)[number]) => Int32Array,
): Columns {
  return {
    length,
    tNs,
    kind: bytes('kind'),
    layer: bytes('layer'),
    client: numbers('client'),
    session: numbers('session'),
    room: numbers('room'),
    message: numbers('message'),
    seq: numbers('seq'),
    rev: numbers('rev'),
    value: numbers('value'),
  }
}

/** Rows in any order; those of one time stay as they are given. */
export function columnsOf(rows: readonly RowCells[]): Columns {
  const sorted = rows.toSorted((left, right) => left.atNs - right.atNs)
  return columnsBy(
    sorted.length,
    Float64Array.from(sorted, (row) => row.atNs),
    (name) => Uint8Array.from(sorted, (row) => (name === 'kind' ? kinds[row.kind].code : (row.layer ?? 0))),
    (name) => Int32Array.from(sorted, (row) => row[name] ?? -1),
  )
}

/** All zeros. */
export function journalColumns(length: number): JournalRows {
  const numbers = (): Int32Array => new Int32Array(length)
  return {
    length,
    tNs: new Float64Array(length),
    node: numbers(),
    boot: numbers(),
    stage: new Uint8Array(length),
    room: numbers(),
    seq: numbers(),
    count: numbers(),
    extra: numbers(),
    message: numbers(),
  }
}
