/**
 * The truth that the run found in the store, indexed by room and seq and by message; and whether its readers agree on it.
 * Cell of a room's seq: `base[room] + seq`.
 */
import type { History } from '../history/history.ts'
import { disagreement, skippedByOne, type SkippedByOne } from './audit-readers.ts'
import { firstFew } from './first-few.ts'
import { once } from './once.ts'

/** What `storedAt` holds for an empty cell, and for an entry that is no message. */
export const nothing = -1
export const otherEntry = -2

export interface Audit {
  /** Why the audit can't be used: it is missing or its readers disagree. Null for a sound one. */
  doubt: string | null
  /** By room; -1 where the audit has no head. */
  heads: Int32Array
  /** Name id of the room's epoch by room; -1 unknown. */
  epochs: Int32Array
  /** Cells of a room: one more than the highest seq in it. */
  capacity: Int32Array
  base: Int32Array
  storedAt: Int32Array
  /** By cell: the row that `storedAt` comes from, -1 when none. */
  rowAt: Int32Array
  /** By cell: the row that tells what later entries made of the message there, -1 when none did. */
  recordAt: Int32Array
  /** Stored rows of cells that were taken already: reuse of a seq. */
  reused: readonly number[]
  /** By message: how many stored messages carry it. */
  copies: Uint8Array
  /** By message: row of its first `stored`, -1 when it isn't stored. */
  storedRow: Int32Array
  /** By message: row of the `storedId` beside it, -1 when none. */
  idRow: Int32Array
  stored: number
  /** What one fresh client alone did not see. */
  skipped: readonly SkippedByOne[]
}

/** A sound record has a row for every seq; a damaged seq must not ask for all memory. */
const [fewCells, cellsPerRow] = [2 ** 20, 64]

function roomsOf(history: History): Pick<Audit, 'heads' | 'epochs' | 'capacity' | 'base'> & { cells: number } {
  const { room, seq, value, layer } = history.columns
  const rooms = history.rooms.length
  const heads = new Int32Array(rooms).fill(-1)
  const epochs = new Int32Array(rooms).fill(-1)
  const capacity = new Int32Array(rooms).fill(1)
  const base = new Int32Array(rooms)
  for (const row of history.rowsOf('auditHead')) {
    if (((layer[row] ?? 0) & 1) === 0) continue
    heads[room[row] ?? 0] = seq[row] ?? 0
    epochs[room[row] ?? 0] = value[row] ?? -1
    capacity[room[row] ?? 0] = Math.max(capacity[room[row] ?? 0] ?? 1, (seq[row] ?? 0) + 1)
  }
  for (const kind of ['stored', 'storedEntry']) {
    const rows = history.rowsOf(kind)
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] ?? 0
      const inRoom = room[row] ?? 0
      if ((seq[row] ?? 0) >= (capacity[inRoom] ?? 1)) capacity[inRoom] = (seq[row] ?? 0) + 1
    }
  }
  let cells = 0
  for (let index = 0; index < rooms; index++) {
    base[index] = cells
    cells += capacity[index] ?? 0
    if (cells > fewCells + cellsPerRow * history.columns.length)
      throw new RangeError(`the audit names seq ${(capacity[index] ?? 1) - 1} of ${history.rooms[index]}, which is far more than the record holds`)
  }
  return { heads, epochs, capacity, base, cells }
}

export const auditOf = once((history: History): Audit => {
  const { room, seq, message } = history.columns
  const { cells, ...rooms } = roomsOf(history)
  const storedAt = new Int32Array(cells).fill(nothing)
  const rowAt = new Int32Array(cells).fill(-1)
  const copies = new Uint8Array(history.messages.length)
  const storedRow = new Int32Array(history.messages.length).fill(-1)
  const idRow = new Int32Array(history.messages.length).fill(-1)
  const reused: number[] = []
  const take = (row: number, what: number): void => {
    const cell = (rooms.base[room[row] ?? 0] ?? 0) + (seq[row] ?? 0)
    if (storedAt[cell] !== nothing) {
      reused.push(row)
      return
    }
    storedAt[cell] = what
    rowAt[cell] = row
  }
  const stored = history.rowsOf('stored')
  for (let index = 0; index < stored.length; index++) {
    const row = stored[index] ?? 0
    const own = message[row] ?? -1
    take(row, own)
    if (own < 0) continue
    const before = copies[own] ?? 0
    if (before < 255) copies[own] = before + 1
    if (before === 0) storedRow[own] = row
  }
  const ids = history.rowsOf('storedId')
  for (let index = 0; index < ids.length; index++) {
    const own = message[ids[index] ?? 0] ?? -1
    if (own >= 0 && idRow[own] === -1) idRow[own] = ids[index] ?? 0
  }
  for (const row of history.rowsOf('storedEntry')) take(row, otherEntry)
  const recordAt = new Int32Array(cells).fill(-1)
  for (const row of history.rowsOf('storedRecord')) recordAt[(rooms.base[room[row] ?? 0] ?? 0) + (seq[row] ?? 0)] = row
  const audit = { ...rooms, storedAt, rowAt, recordAt, reused, copies, storedRow, idRow, stored: stored.length, doubt: null, skipped: [] }
  return { ...audit, skipped: skippedByOne(history, audit), doubt: missing(history, audit) ?? disagreement(history, audit) }
})

function missing(history: History, audit: Audit): string | null {
  // One that was ended at its first violation was audited then: what its end owes is a matter of quiescence.
  if (history.rowsOf('settled').length === 0 && history.endedEarly === undefined) return 'the run did not come to the end of settle'
  const without = history.rooms.filter((_, index) => audit.heads[index] === -1)
  return without.length === 0 ? null : `the store was not audited: no head of ${firstFew(without)}`
}
