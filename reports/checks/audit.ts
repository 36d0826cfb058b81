/**
 * The truth that the run found in the store, indexed by room and seq and by message; and whether its readers agree on it.
 * Cell of a room's seq: `base[room] + seq`.
 */
import type { History } from '../history/history.ts'
import { recordBits } from '../history/kinds.ts'
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
  const audit = { ...rooms, storedAt, rowAt, recordAt, reused, copies, storedRow, idRow, stored: stored.length, doubt: null }
  return { ...audit, doubt: missing(history, audit) ?? disagreement(history, audit) }
})

function missing(history: History, audit: Audit): string | null {
  // One that was ended at its first violation was audited then: what its end owes is a matter of quiescence.
  if (history.rowsOf('settled').length === 0 && history.endedEarly === undefined) return 'the run did not come to the end of settle'
  const without = history.rooms.filter((_, index) => audit.heads[index] === -1)
  return without.length === 0
    ? null
    : `the store was not audited: no head of ${without.slice(0, 3).join(', ')}${without.length > 3 ? ` and ${without.length - 3} more rooms` : ''}`
}

/** Whether a message read at a cell is the one of the store: what was made of it is compared only at the same rev, and what is held is not whole to everyone. */
function isSame({ message, value, rev, layer }: History['columns'], { storedAt, rowAt, recordAt }: Audit, cell: number, row: number): boolean {
  const stored = rowAt[cell] ?? -1
  if (stored === -1 || storedAt[cell] !== (message[row] ?? -1)) return false
  const current = (recordAt[cell] ?? -1) === -1 ? stored : (recordAt[cell] ?? -1)
  if (rev[current] !== rev[row] || value[current] === value[row]) return true
  return ((layer[row] ?? 0) & recordBits.stub) !== 0 && ((layer[current] ?? 0) & recordBits.held) !== 0
}

/** The store, sync and history must tell the same: same heads, and the same message with the same content at each seq that a fresh client read. */
function disagreement(history: History, audit: Audit): string | null {
  const { room, seq, layer } = history.columns
  for (const row of history.rowsOf('auditHead')) {
    const index = room[row] ?? 0
    if (seq[row] !== audit.heads[index])
      return `readers of the audit disagree: head of ${history.rooms[index]} is ${audit.heads[index]} in the store and ${seq[row]} for a fresh client (${reader(layer[row] ?? 0)})`
  }
  const seen = new Seen(history, audit)
  const audited = history.rowsOf('audited')
  const { base, capacity } = audit
  for (let at = 0; at < audited.length; at++) {
    const row = audited[at] ?? 0
    const index = room[row] ?? 0
    const cell = (base[index] ?? 0) + (seq[row] ?? 0)
    // Subtle: by cell, not by message: a message that is stored twice is read twice.
    if ((seq[row] ?? 0) >= (capacity[index] ?? 0) || !isSame(history.columns, audit, cell, row))
      return `readers of the audit disagree: ${history.rooms[index]} seq ${seq[row]} is not the same in the store and for a fresh client (${reader(layer[row] ?? 0)})`
    seen.add(index, seq[row] ?? 0, layer[row] ?? 0)
  }
  for (const row of history.rowsOf('auditedEntry')) seen.add(room[row] ?? 0, seq[row] ?? 0, layer[row] ?? 0)
  return seen.skipped(history, audit)
}

/** What fresh clients read, by cell and by the bits 2 (sync) and 4 (history). */
class Seen {
  readonly #bits: Uint8Array
  readonly #base: Int32Array
  readonly #capacity: Int32Array
  /** By `2 * room`, one more for history: the lowest seq read. */
  readonly #lowest: Int32Array

  constructor(history: History, audit: Audit) {
    this.#bits = new Uint8Array(audit.storedAt.length)
    this.#base = audit.base
    this.#capacity = audit.capacity
    this.#lowest = new Int32Array(2 * history.rooms.length).fill(unread)
  }

  add(room: number, seq: number, layer: number): void {
    const lowest = this.#lowest
    if ((layer & 2) !== 0 && seq < (lowest[2 * room] ?? unread)) lowest[2 * room] = seq
    if ((layer & 4) !== 0 && seq < (lowest[2 * room + 1] ?? unread)) lowest[2 * room + 1] = seq
    if (seq >= (this.#capacity[room] ?? 0)) return
    const cell = (this.#base[room] ?? 0) + seq
    this.#bits[cell] = (this.#bits[cell] ?? 0) | layer
  }

  /** A fresh client may begin above seq 1 (its membership), but from its first seq to the head it must have read every message. */
  skipped(history: History, audit: Audit): string | null {
    const bits = this.#bits
    const { storedAt, base, heads } = audit
    for (const bit of [2, 4]) {
      for (let room = 0; room < history.rooms.length; room++) {
        const head = heads[room] ?? -1
        const cells = base[room] ?? 0
        for (let at = this.#lowest[2 * room + (bit === 2 ? 0 : 1)] ?? unread; at <= head; at++) {
          if ((storedAt[cells + at] ?? nothing) >= 0 && ((bits[cells + at] ?? 0) & bit) === 0)
            return `readers of the audit disagree: a fresh client (${reader(bit)}) did not see ${history.rooms[room]} seq ${at}`
        }
      }
    }
    return null
  }
}

/** Above every seq. */
const unread = 0x7fffffff
const reader = (layer: number): string => ((layer & 2) !== 0 ? 'sync' : (layer & 4) !== 0 ? 'history' : 'store')
