/**
 * The readers of the audit compared: the store itself, and fresh clients by sync and by history. Where they differ one of them is broken, so that nothing
 * that rests on the audit can be judged; but where one fresh client alone lacks a message that the store and the other have, it is known which of them is.
 */
import type { History } from '../history/history.ts'
import { recordBits } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import type { Audit } from './audit.ts'

/** Whether a message read at a cell is the one of the store: what was made of it is compared only at the same rev, and what is held is not whole to everyone. */
function isSame({ message, value, rev, layer }: History['columns'], { storedAt, rowAt, recordAt }: Audit, cell: number, row: number): boolean {
  const stored = rowAt[cell] ?? -1
  if (stored === -1 || storedAt[cell] !== (message[row] ?? -1)) return false
  const current = (recordAt[cell] ?? -1) === -1 ? stored : (recordAt[cell] ?? -1)
  if (rev[current] !== rev[row] || value[current] === value[row]) return true
  return ((layer[row] ?? 0) & recordBits.stub) !== 0 && ((layer[current] ?? 0) & recordBits.held) !== 0
}

/** The store, sync and history must tell the same: same heads, and the same message with the same content, or the same kind of entry, at each seq that a fresh client read. What an archive holds is compared in archives.ts. */
export function disagreement(history: History, audit: Audit): string | null {
  const { kind, room, seq, layer, value } = history.columns
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
  for (const row of history.rowsOf('auditedEntry')) {
    const index = room[row] ?? 0
    const stored = (seq[row] ?? 0) < (capacity[index] ?? 0) ? (audit.rowAt[(base[index] ?? 0) + (seq[row] ?? 0)] ?? -1) : -1
    if (stored === -1 || kind[stored] !== kinds.storedEntry.code || value[stored] !== value[row])
      return `readers of the audit disagree: ${history.rooms[index]} seq ${seq[row]} is not the same entry in the store and for a fresh client (${reader(layer[row] ?? 0)})`
    seen.add(index, seq[row] ?? 0, layer[row] ?? 0)
  }
  return seen.skippedByBoth(history, audit)
}

/** A message that a fresh client did not see by one way (2 = sync, 4 = history), though the store and the other way have it. */
export interface SkippedByOne {
  room: number
  seq: number
  reader: number
}

export function skippedByOne(history: History, audit: Audit): SkippedByOne[] {
  const { room, seq, layer } = history.columns
  const seen = new Seen(history, audit)
  for (const kind of ['audited', 'auditedEntry']) for (const row of history.rowsOf(kind)) seen.add(room[row] ?? 0, seq[row] ?? 0, layer[row] ?? 0)
  return [...seen.skipped(history, audit)].flatMap(({ isSeenByOther, ...one }) => (isSeenByOther ? [one] : []))
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
  *skipped(history: History, audit: Audit): Generator<SkippedByOne & { isSeenByOther: boolean }> {
    const bits = this.#bits
    const { storedAt, base, heads } = audit
    for (const bit of [2, 4]) {
      for (let room = 0; room < history.rooms.length; room++) {
        const head = heads[room] ?? -1
        const cells = base[room] ?? 0
        for (let at = this.#lowest[2 * room + (bit === 2 ? 0 : 1)] ?? unread; at <= head; at++) {
          const seenBy = (bits[cells + at] ?? 0) & both
          if ((storedAt[cells + at] ?? -1) >= 0 && (seenBy & bit) === 0) yield { room, seq: at, reader: bit, isSeenByOther: seenBy !== 0 }
        }
      }
    }
  }

  skippedByBoth(history: History, audit: Audit): string | null {
    for (const { room, seq, reader: bit, isSeenByOther } of this.skipped(history, audit))
      if (!isSeenByOther) return `readers of the audit disagree: a fresh client (${reader(bit)}) did not see ${history.rooms[room]} seq ${seq}`
    return null
  }
}

/** The bits of sync and history. */
const both = 6
/** Above every seq. */
const unread = 0x7fffffff
const reader = (layer: number): string => ((layer & 2) !== 0 ? 'sync' : (layer & 4) !== 0 ? 'history' : 'store')
