/** The rows of all writers in one set of columns, with each writer's ids replaced by those of the merged tables. */
import { byteColumns, columnsBy, numberColumns } from './columns.ts'
import type { Columns } from './history.ts'
import { kinds } from './kinds.ts'
import { nameColumnBits, nameColumnsOf } from './name-columns.ts'
import type { RowsRead } from './reader.ts'
import { bytesInOrder, numbersInOrder, orderByTime, timesInOrder } from './sort-by-time.ts'
import type { StringTable } from './string-table.ts'

const twoTo32 = 2 ** 32

/** What one writer's rows said that can't be right. */
export interface WriterDoubts {
  rows: number
  badNames: number
  unknownKinds: number
  gap: string | null
  /** Where the clock of the writer went back. */
  clockStep: string | null
}

/** A row is written right after its time was read, so that times of one writer rise but for this. Nanoseconds. */
const clockToleranceNs = 100e6

export class MergedRows {
  readonly columns: Columns
  readonly #names: StringTable
  readonly #rooms: StringTable
  readonly #starts: number[] = []

  /** `capacity`: at least as many rows as will come. */
  constructor(capacity: number, names: StringTable, rooms: StringTable) {
    this.columns = columnsBy(
      0,
      new Float64Array(capacity),
      () => new Uint8Array(capacity),
      () => new Int32Array(capacity),
    )
    this.#names = names
    this.#rooms = rooms
  }

  /** A function that appends the next batch of one writer. Foreign messages become -(merged name id) - 2; own ids stay as they are. */
  writer(writerNames: readonly string[]): { append: (rows: RowsRead) => void; doubts: WriterDoubts } {
    this.#starts.push(this.columns.length)
    const doubts: WriterDoubts = { rows: 0, badNames: 0, unknownKinds: 0, gap: null, clockStep: null }
    let latestNs = -Infinity
    const merged = Int32Array.from(writerNames, (name) => this.#names.idOf(name))
    const rooms = new Int32Array(writerNames.length).fill(-1)
    const nameOf = (id: number): number => {
      if (id === -1) return -1
      const name = merged[id]
      if (name === undefined) doubts.badNames++
      return name ?? -1
    }
    const roomOf = (id: number): number => {
      const text = writerNames[id]
      if (text === undefined) doubts.badNames++
      else return (rooms[id] = this.#rooms.idOf(text))
      return -1
    }
    const append = (rows: RowsRead): void => {
      const { columns } = this
      const start = columns.length
      this.#copy(rows, start)
      const { tNs, kind: kindCodes, room: roomIds, message: messages } = columns
      // Subtle: a copy, because a number that a closure keeps is made anew in memory whenever it changes.
      let latest = latestNs
      for (let index = 0; index < rows.length; index++) {
        const at = start + index
        const room = roomIds[at] ?? -1
        if (room !== -1) {
          const known = rooms[room] ?? -1
          roomIds[at] = known === -1 ? roomOf(room) : known
        }
        const message = messages[at] ?? -1
        if (message < -1) messages[at] = -nameOf(-message - 2) - 2
        const kind = kindCodes[at] ?? 0
        const atNs = tNs[at] ?? 0
        if (atNs > latest) {
          // What was intended may be told before and after its time.
          if (!isIntent(kind)) latest = atNs
        } else if (atNs < latest - clockToleranceNs && !isIntent(kind))
          doubts.clockStep ??= `row ${doubts.rows + index + 1} is of ${seconds(atNs)} s, after one of ${seconds(latest)} s`
        const named = nameColumnsOf[kind] ?? 0
        if (named !== 0) remapNames(columns, at, named, nameOf, doubts)
        else if (kind === kinds.writerCount.code && columns.value[at] !== doubts.rows + index + 1)
          doubts.gap ??= `row ${doubts.rows + index + 1} says that it is row ${columns.value[at]}`
      }
      latestNs = latest
      doubts.rows += rows.length
      columns.length += rows.length
    }
    return { append, doubts }
  }

  #copy(rows: RowsRead, start: number): void {
    const { columns } = this
    for (const name of [...byteColumns, ...numberColumns]) columns[name].set(rows[name], start)
    const { tNs } = columns
    const { time } = rows
    for (let index = 0; index < rows.length; index++) tNs[start + index] = ((time[2 * index + 1] ?? 0) | 0) * twoTo32 + (time[2 * index] ?? 0)
  }

  /** Cuts the columns to their length and sorts them by time. Each column goes where the one before it lay: memory that is new costs time to get and to collect. */
  sorted(): Columns {
    const { columns } = this
    const { length } = columns
    columns.tNs = columns.tNs.subarray(0, length)
    for (const name of numberColumns) columns[name] = columns[name].subarray(0, length)
    for (const name of byteColumns) columns[name] = columns[name].subarray(0, length)
    const order = orderByTime(columns.tNs, length, this.#starts.length === 0 ? [0] : this.#starts)
    if (order === null) return columns
    columns.tNs = timesInOrder(columns.tNs, order)
    let numbers: Int32Array = new Int32Array(length)
    for (const name of numberColumns) [columns[name], numbers] = [numbersInOrder(columns[name], order, numbers), columns[name]]
    let bytes: Uint8Array = new Uint8Array(length)
    for (const name of byteColumns) [columns[name], bytes] = [bytesInOrder(columns[name], order, bytes), columns[name]]
    return columns
  }
}

const isIntent = (kind: number): boolean => kind === kinds.intended.code || kind === kinds.fileIntended.code
const seconds = (ns: number): string => (ns / 1e9).toFixed(3)

function remapNames(columns: Columns, at: number, named: number, nameOf: (id: number) => number, doubts: WriterDoubts): void {
  if (named === 255) {
    doubts.unknownKinds++
    return
  }
  if ((named & nameColumnBits.session) !== 0) columns.session[at] = nameOf(columns.session[at] ?? -1)
  if ((named & nameColumnBits.seq) !== 0) columns.seq[at] = nameOf(columns.seq[at] ?? -1)
  if ((named & nameColumnBits.rev) !== 0) columns.rev[at] = nameOf(columns.rev[at] ?? -1)
  if ((named & nameColumnBits.value) !== 0) columns.value[at] = nameOf(columns.value[at] ?? -1)
}
