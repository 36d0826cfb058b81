/**
 * The rows of all writers in one set of columns in order of time, with each writer's ids replaced by those of the merged tables. The place of every row is
 * known before, so that each is written once.
 */
import { columnsBy } from './columns.ts'
import type { Columns } from './history.ts'
import { kinds } from './kinds.ts'
import { MessageIds } from './message-index.ts'
import { nameColumnBits, nameColumnsOf } from './name-columns.ts'
import { nanosecondsAt, type RowsRead } from './reader.ts'
import type { StringTable } from './string-table.ts'

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
  readonly messages = new MessageIds()
  readonly #names: StringTable
  readonly #rooms: StringTable
  readonly #places: Uint32Array

  /** `places`: where each row goes, by its number over all writers in order of their names. `tNs`, as long, is written over: memory that is new costs time. */
  constructor({ places, tNs }: { places: Uint32Array; tNs: Float64Array }, names: StringTable, rooms: StringTable) {
    const { length } = places
    this.columns = columnsBy(
      length,
      tNs,
      () => new Uint8Array(length),
      () => new Int32Array(length),
    )
    this.#places = places
    this.#names = names
    this.#rooms = rooms
  }

  /** A function that takes the next batch of one writer, whose rows begin at `start`. Foreign messages become what `messages` has for them. */
  writer(writerNames: readonly string[], start: number): { append: (rows: RowsRead) => void; doubts: WriterDoubts } {
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
    const { columns, messages } = this
    const standIn = (message: number): number => {
      messages.see(message)
      return message < -1 ? messages.foreign(nameOf(-message - 2)) : message
    }
    const stepped = (index: number, atNs: number, beforeNs: number): void => {
      doubts.clockStep ??= `row ${doubts.rows + index + 1} is of ${seconds(atNs)} s, after one of ${seconds(beforeNs)} s`
    }
    const append = (rows: RowsRead): void => {
      const places = this.#places.subarray(start + doubts.rows, start + doubts.rows + rows.length)
      copyRows(rows, places, columns)
      putRooms(rows, places, columns, rooms, roomOf)
      putMessages(rows, places, columns, standIn)
      latestNs = followClock(rows, latestNs, stepped)
      putNames(rows, places, columns, { doubts, nameOf })
      doubts.rows += rows.length
    }
    return { append, doubts }
  }
}

// Subtle: one small loop for each of these, which hardly calls anything: the compiler makes them fast after the first batch, and a batch lies in the cache.

function copyRows(rows: RowsRead, places: Uint32Array, { tNs, client, session, kind, layer, seq, rev, value }: Columns): void {
  for (let index = 0; index < places.length; index++) {
    const at = places[index] ?? 0
    tNs[at] = nanosecondsAt(rows.time, index)
    client[at] = rows.client[index] ?? -1
    session[at] = rows.session[index] ?? -1
    kind[at] = rows.kind[index] ?? 0
    layer[at] = rows.layer[index] ?? 0
    seq[at] = rows.seq[index] ?? -1
    rev[at] = rows.rev[index] ?? -1
    value[at] = rows.value[index] ?? -1
  }
}

/** `rooms`: those of the writer that are known, by name id; `roomOf` finds the others, -1 when there is none. */
function putRooms(rows: RowsRead, places: Uint32Array, { room }: Columns, rooms: Int32Array, roomOf: (id: number) => number): void {
  for (let index = 0; index < places.length; index++) {
    const id = rows.room[index] ?? -1
    const known = id === -1 ? -1 : (rooms[id] ?? -1)
    room[places[index] ?? 0] = known === -1 && id !== -1 ? roomOf(id) : known
  }
}

function putMessages(rows: RowsRead, places: Uint32Array, { message }: Columns, standIn: (message: number) => number): void {
  // Rows of one message come together; each that names a foreign one may be in doubt.
  let [last, standsFor] = [-1, -1]
  for (let index = 0; index < places.length; index++) {
    const own = rows.message[index] ?? -1
    if (own !== last || own < -1) {
      last = own
      standsFor = standIn(own)
    }
    message[places[index] ?? 0] = standsFor
  }
}

/** The latest time up to now: it starts with the one before these rows. Tells where the clock went back. */
function followClock({ time, kind, length }: RowsRead, before: number, stepped: (index: number, atNs: number, beforeNs: number) => void): number {
  let latest = before
  for (let index = 0; index < length; index++) {
    const atNs = nanosecondsAt(time, index)
    // What was intended may be told before and after its time.
    if (atNs > latest) {
      if (!isIntent(kind[index] ?? 0)) latest = atNs
    } else if (atNs < latest - clockToleranceNs && !isIntent(kind[index] ?? 0)) stepped(index, atNs, latest)
  }
  return latest
}

const [intended, fileIntended, writerCount] = [kinds.intended.code, kinds.fileIntended.code, kinds.writerCount.code]
const isIntent = (kind: number): boolean => kind === intended || kind === fileIntended
const seconds = (ns: number): string => (ns / 1e9).toFixed(3)

interface Naming {
  doubts: WriterDoubts
  nameOf: (id: number) => number
}

/** Replaces the name ids of the few kinds that have some, and notes what can't be right. */
function putNames(rows: RowsRead, places: Uint32Array, columns: Columns, { doubts, nameOf }: Naming): void {
  const before = doubts.rows + 1
  for (let index = 0; index < places.length; index++) {
    const kind = rows.kind[index] ?? 0
    const named = nameColumnsOf[kind] ?? 0
    if (named === 0 && kind !== writerCount) continue
    const at = places[index] ?? 0
    if (named !== 0) remapNames(columns, at, named, nameOf, doubts)
    else if (columns.value[at] !== before + index) doubts.gap ??= `row ${before + index} says that it is row ${columns.value[at]}`
  }
}

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
