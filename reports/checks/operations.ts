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
  const operations: Operations = {
    intendedNs: times(),
    invokedNs: times(),
    commitNs: times(),
    invokedRoom: rows(),
    intendedRow: rows(),
    invokedRow: rows(),
    okRow: rows(),
    failedRow: rows(),
  }
  firstRows(history.rowsOf('intended'), message, operations.intendedRow)
  firstRows(history.rowsOf('invoked'), message, operations.invokedRow)
  firstRows(history.rowsOf('ok'), message, operations.okRow)
  firstRows(history.rowsOf('failed'), message, operations.failedRow)
  const { journals } = history
  const committed = new Int32Array(length).fill(-1)
  firstRows(history.journalRowsOf('committed'), journals.message, committed)
  for (let own = 0; own < length; own++) {
    const intended = operations.intendedRow[own] ?? -1
    const invoked = operations.invokedRow[own] ?? -1
    const commit = committed[own] ?? -1
    const acked = operations.okRow[own] ?? -1
    if (intended !== -1) operations.intendedNs[own] = tNs[intended] ?? NaN
    if (invoked !== -1) operations.invokedNs[own] = tNs[invoked] ?? NaN
    if (invoked !== -1 && history.messages.client[own] === client[invoked]) operations.invokedRoom[own] = room[invoked] ?? -1
    if (commit !== -1) operations.commitNs[own] = journals.tNs[commit] ?? NaN
    else if (acked !== -1) operations.commitNs[own] = tNs[acked] ?? NaN
  }
  return operations
})

/** The first of these rows for each message. */
function firstRows(rows: Int32Array, message: Int32Array, target: Int32Array): void {
  for (let index = rows.length - 1; index >= 0; index--) {
    const row = rows[index] ?? 0
    const own = message[row] ?? -1
    if (own >= 0) target[own] = row
  }
}
