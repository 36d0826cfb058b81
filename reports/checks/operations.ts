/** What clients wanted and were told, by message. */
import type { History, JournalRows } from '../history/history.ts'
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

export const operationsOf = once((history: History): Operations => new LazyOperations(history))

/** Each column is made at its first use: most checks need one or two of them. */
class LazyOperations implements Operations {
  readonly #history: History
  readonly #rows = new Map<string, Int32Array>()
  readonly #times = new Map<string, Float64Array>()
  #invokedRoom: Int32Array | null = null

  constructor(history: History) {
    this.#history = history
  }

  get intendedNs(): Float64Array {
    return this.#timesOf('intended', () => timesAt(this.intendedRow, this.#history.columns.tNs))
  }

  get invokedNs(): Float64Array {
    return this.#timesOf('invoked', () => timesAt(this.invokedRow, this.#history.columns.tNs))
  }

  get commitNs(): Float64Array {
    return this.#timesOf('commit', () => {
      const { journals, columns, messages } = this.#history
      const times = firstTimes(this.#history.journalRowsOf('committed'), journals, messages.length)
      for (let own = 0; own < times.length; own++) {
        if (Number.isNaN(times[own])) times[own] = columns.tNs[this.okRow[own] ?? -1] ?? NaN
      }
      return times
    })
  }

  get invokedRoom(): Int32Array {
    return (this.#invokedRoom ??= invokedRooms(this.#history, this.invokedRow))
  }

  get intendedRow(): Int32Array {
    return this.#rowsOf('intended')
  }

  get invokedRow(): Int32Array {
    return this.#rowsOf('invoked')
  }

  get okRow(): Int32Array {
    return this.#rowsOf('ok')
  }

  get failedRow(): Int32Array {
    return this.#rowsOf('failed')
  }

  #rowsOf(kind: string): Int32Array {
    const rows = this.#rows.get(kind) ?? firstRows(this.#history.rowsOf(kind), this.#history.columns.message, this.#history.messages.length)
    this.#rows.set(kind, rows)
    return rows
  }

  #timesOf(what: string, make: () => Float64Array): Float64Array {
    const times = this.#times.get(what) ?? make()
    this.#times.set(what, times)
    return times
  }
}

function timesAt(rows: Int32Array, tNs: Float64Array): Float64Array {
  const times = new Float64Array(rows.length)
  for (let own = 0; own < rows.length; own++) {
    const row = rows[own] ?? -1
    times[own] = row === -1 ? NaN : (tNs[row] ?? NaN)
  }
  return times
}

/** By message: the time of the first of these rows, NaN when none. */
function firstTimes(rows: Int32Array, { tNs, message }: Pick<JournalRows, 'tNs' | 'message'>, length: number): Float64Array {
  const first = new Float64Array(length).fill(NaN)
  for (let index = rows.length - 1; index >= 0; index--) {
    const row = rows[index] ?? 0
    const own = message[row] ?? -1
    if (own >= 0) first[own] = tNs[row] ?? NaN
  }
  return first
}

/** An invocation in another client's name doesn't count. */
function invokedRooms(history: History, invokedRow: Int32Array): Int32Array {
  const { room, client } = history.columns
  const senders = history.messages.client
  const rooms = new Int32Array(invokedRow.length).fill(-1)
  for (let own = 0; own < rooms.length; own++) {
    const row = invokedRow[own] ?? -1
    if (row !== -1 && senders[own] === client[row]) rooms[own] = room[row] ?? -1
  }
  return rooms
}

/** By message: the first of these rows, -1 when none. */
function firstRows(rows: Int32Array, message: Int32Array, length: number): Int32Array {
  const first = new Int32Array(length).fill(-1)
  for (let index = rows.length - 1; index >= 0; index--) {
    const row = rows[index] ?? 0
    const own = message[row] ?? -1
    if (own >= 0) first[own] = row
  }
  return first
}
