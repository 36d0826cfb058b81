/** A history that is being changed: rows edited in place, removed or added. The history that it was made from stays as it is. */
import { buildHistory } from '../history/build-history.ts'
import { cellNames, columnsBy, type Cells } from '../history/columns.ts'
import type { Columns, History, JournalRows } from '../history/history.ts'
import { type Kind, kinds } from '../history/kinds.ts'
import { bytesInOrder, numbersInOrder, placesByTime, timesInOrder } from '../history/sort-by-time.ts'

interface Added extends Cells {
  tNs: number
  kind: number
}

export class Draft {
  readonly history: History
  /** Copies: edit them freely; a row whose time is edited moves. */
  readonly columns: Columns
  readonly journals: JournalRows
  readonly #names: string[]
  readonly #removed = new Set<number>()
  readonly #added: Added[] = []
  readonly #owners: { client: number; counter: number }[] = []
  readonly #firstRows = new Map<Kind, Int32Array>()

  constructor(history: History) {
    this.history = history
    this.columns = copied(history.columns)
    this.journals = copied(history.journals)
    this.#names = [...history.names]
  }

  remove(row: number): void {
    this.#removed.add(row)
  }

  add(tNs: number, kind: Kind, cells: Cells): void {
    this.#added.push({ tNs, kind: kinds[kind].code, ...cells })
  }

  /** The row once more, at that time, with other cells. */
  repeat(row: number, tNs: number, cells: Cells = {}): void {
    const same = Object.fromEntries(cellNames.map((name) => [name, this.columns[name][row] ?? -1]))
    this.#added.push({ tNs, kind: this.columns.kind[row] ?? 0, ...same, ...cells })
  }

  name(text: string): number {
    return this.#names.push(text) - 1
  }

  /** One more message of that client; its dense index. */
  message(client: number): number {
    const { messages } = this.history
    const counters = [...messages.counter.filter((_, index) => messages.client[index] === client), ...this.#owners.map((owner) => owner.counter)]
    return messages.length + this.#owners.push({ client, counter: counters.reduce((most, counter) => Math.max(most, counter), -1) + 1 }) - 1
  }

  /** The first row of that kind about the message, as the history had it; -1 when none. */
  rowOf(kind: Kind, message: number): number {
    const known = this.#firstRows.get(kind) ?? firstRows(this.history, kind)
    this.#firstRows.set(kind, known)
    return known[message] ?? -1
  }

  /** All rows of that kind about the message. */
  rowsAbout(kind: Kind, message: number): number[] {
    return [...this.history.rowsOf(kind)].filter((row) => this.history.columns.message[row] === message)
  }

  finish(): History {
    const kept = Int32Array.from(this.columns.tNs.keys()).filter((row) => !this.#removed.has(row))
    const added = this.#added
    const { messages } = this.history
    const merged = <T extends Float64Array | Int32Array | Uint8Array>(made: T, column: T, cell: (row: Added) => number): T => {
      for (const [index, row] of kept.entries()) made[index] = column[row] ?? 0
      for (const [index, row] of added.entries()) made[kept.length + index] = cell(row)
      return made
    }
    const length = kept.length + added.length
    const tNs = merged(new Float64Array(length), this.columns.tNs, (row) => row.tNs)
    const places = placesByTime(tNs, length) ?? Uint32Array.from(tNs.keys())
    const numbers = (name: Exclude<keyof Cells, 'layer'>): Int32Array =>
      numbersInOrder(
        merged(new Int32Array(length), this.columns[name], (row) => row[name] ?? -1),
        places,
      )
    const bytes = (name: 'kind' | 'layer'): Uint8Array =>
      bytesInOrder(
        merged(new Uint8Array(length), this.columns[name], (row) => row[name] ?? 0),
        places,
      )
    return buildHistory({
      ...this.history,
      names: this.#names,
      journals: this.journals,
      messages: {
        length: messages.length + this.#owners.length,
        client: Int32Array.from([...messages.client, ...this.#owners.map((owner) => owner.client)]),
        counter: Int32Array.from([...messages.counter, ...this.#owners.map((owner) => owner.counter)]),
        foreign: Int32Array.from([...messages.foreign, ...this.#owners.map(() => -1)]),
      },
      columns: columnsBy(length, timesInOrder(tNs, places), bytes, numbers),
    })
  }
}

/** Every array of the record copied, to its length. */
function copied<T extends { length: number }>(columns: T): T {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]: [string, unknown]) => [
      name,
      ArrayBuffer.isView(column) ? (column as Int32Array).slice(0, columns.length) : column,
    ]),
  ) as T
}

function firstRows(history: History, kind: Kind): Int32Array {
  const first = new Int32Array(history.messages.length).fill(-1)
  for (const row of history.rowsOf(kind).toReversed()) first[history.columns.message[row] ?? -1] = row
  return first
}
