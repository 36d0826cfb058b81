/** What clients wanted and were told, by message. */
import type { History } from '../history/history.ts'
import { once } from './once.ts'

export interface Operations {
  /** By message: nanoseconds, NaN when there is no such row. `commitNs` is the journal's, else the first ack's. */
  intendedNs: Float64Array
  invokedNs: Float64Array
  commitNs: Float64Array
  /** By message: the room it was invoked for, -1 when it never was. */
  invokedRoom: Int32Array
  /** By message: row numbers, -1 when none. */
  intendedRow: Int32Array
  invokedRow: Int32Array
  okRow: Int32Array
  failedRow: Int32Array
}

export const operationsOf = once((history: History): Operations => {
  const { message, room, tNs, client } = history.columns
  const length = history.messages.length
  const times = (): Float64Array => new Float64Array(length).fill(NaN)
  const rows = (): Int32Array => new Int32Array(length).fill(-1)
  const operations: Operations = { intendedNs: times(), invokedNs: times(), commitNs: times(), invokedRoom: rows(), intendedRow: rows(), invokedRow: rows(), okRow: rows(), failedRow: rows() }
  const first = (kind: string, target: Int32Array, at?: Float64Array): void => {
    for (const row of history.rowsOf(kind)) {
      const own = message[row] ?? -1
      if (target[own] !== -1) continue
      target[own] = row
      if (at !== undefined) at[own] = tNs[row] ?? 0
    }
  }
  first('intended', operations.intendedRow, operations.intendedNs)
  first('invoked', operations.invokedRow, operations.invokedNs)
  first('ok', operations.okRow)
  first('failed', operations.failedRow)
  for (const row of history.rowsOf('invoked')) {
    const own = message[row] ?? -1
    if (history.messages.client[own] === client[row]) operations.invokedRoom[own] = room[row] ?? -1
  }
  const { journals } = history
  for (const row of history.journalRowsOf('committed')) {
    const own = journals.message[row] ?? -1
    if (own >= 0 && Number.isNaN(operations.commitNs[own] ?? 0)) operations.commitNs[own] = journals.tNs[row] ?? 0
  }
  for (let own = 0; own < length; own++) {
    const okRow = operations.okRow[own] ?? -1
    if (Number.isNaN(operations.commitNs[own] ?? 0) && okRow !== -1) operations.commitNs[own] = tNs[okRow] ?? 0
  }
  return operations
})
