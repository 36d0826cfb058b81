/**
 * The truth that the run found in the store, indexed by room and seq and by message; and whether its readers agree on it.
 * Cell of a room's seq: `base[room] + seq`.
 */
import type { History } from '../history/history.ts'
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
    for (const row of history.rowsOf(kind)) capacity[room[row] ?? 0] = Math.max(capacity[room[row] ?? 0] ?? 1, (seq[row] ?? 0) + 1)
  }
  let cells = 0
  for (let index = 0; index < rooms; index++) {
    base[index] = cells
    cells += capacity[index] ?? 0
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
  for (const row of stored) {
    const own = message[row] ?? -1
    take(row, own)
    copies[own] = Math.min(255, (copies[own] ?? 0) + 1)
    if (storedRow[own] === -1) storedRow[own] = row
  }
  for (const row of history.rowsOf('storedId')) if (idRow[message[row] ?? -1] === -1) idRow[message[row] ?? -1] = row
  for (const row of history.rowsOf('storedEntry')) take(row, otherEntry)
  const audit = { ...rooms, storedAt, rowAt, reused, copies, storedRow, idRow, stored: stored.length, doubt: null }
  return { ...audit, doubt: missing(history, audit) ?? disagreement(history, audit) }
})

function missing(history: History, audit: Audit): string | null {
  if (history.rowsOf('settled').length === 0) return 'the run did not come to the end of settle'
  const without = history.rooms.filter((_, index) => audit.heads[index] === -1)
  return without.length === 0
    ? null
    : `the store was not audited: no head of ${without.slice(0, 3).join(', ')}${without.length > 3 ? ` and ${without.length - 3} more rooms` : ''}`
}

/** The store, sync and history must tell the same: same heads, and the same message with the same hash at each seq that a fresh client read. */
function disagreement(history: History, audit: Audit): string | null {
  const { room, seq, message, value, layer, rev } = history.columns
  for (const row of history.rowsOf('auditHead')) {
    const index = room[row] ?? 0
    if (seq[row] !== audit.heads[index])
      return `readers of the audit disagree: head of ${history.rooms[index]} is ${audit.heads[index]} in the store and ${seq[row]} for a fresh client (${reader(layer[row] ?? 0)})`
  }
  for (const row of history.rowsOf('audited')) {
    const index = room[row] ?? 0
    const cell = (audit.base[index] ?? 0) + (seq[row] ?? 0)
    const own = message[row] ?? -1
    // Subtle: by cell, not by message: a message that is stored twice is read twice.
    const stored = audit.rowAt[cell] ?? -1
    const same =
      (seq[row] ?? 0) < (audit.capacity[index] ?? 0) &&
      audit.storedAt[cell] === own &&
      stored !== -1 &&
      value[stored] === value[row] &&
      rev[stored] === rev[row]
    if (!same)
      return `readers of the audit disagree: ${history.rooms[index]} seq ${seq[row]} is not the same in the store and for a fresh client (${reader(layer[row] ?? 0)})`
  }
  return skipped(history, audit)
}

/** A fresh client may begin above seq 1 (its membership), but from its first seq to the head it must have read every message. */
function skipped(history: History, audit: Audit): string | null {
  const { room, seq, layer } = history.columns
  for (const bit of [2, 4]) {
    const lowest = new Float64Array(history.rooms.length).fill(Infinity)
    const read = new Uint8Array(audit.storedAt.length)
    for (const kind of ['audited', 'auditedEntry']) {
      for (const row of history.rowsOf(kind)) {
        if (((layer[row] ?? 0) & bit) === 0) continue
        const index = room[row] ?? 0
        lowest[index] = Math.min(lowest[index] ?? Infinity, seq[row] ?? 0)
        if ((seq[row] ?? 0) < (audit.capacity[index] ?? 0)) read[(audit.base[index] ?? 0) + (seq[row] ?? 0)] = 1
      }
    }
    for (let index = 0; index < history.rooms.length; index++) {
      for (let at = lowest[index] ?? Infinity; at <= (audit.heads[index] ?? -1); at++) {
        const cell = (audit.base[index] ?? 0) + at
        if ((audit.storedAt[cell] ?? nothing) >= 0 && read[cell] === 0)
          return `readers of the audit disagree: a fresh client (${reader(bit)}) did not see ${history.rooms[index]} seq ${at}`
      }
    }
  }
  return null
}

const reader = (layer: number): string => ((layer & 2) !== 0 ? 'sync' : (layer & 4) !== 0 ? 'history' : 'store')
