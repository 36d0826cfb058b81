/**
 * One pass over the rows: which seqs each client saw in each room, one byte a (client, room, seq), and the few rows that look wrong.
 * A *view* is a (client, room); its bytes begin at `viewBase[client * rooms + room]`.
 *
 *   bit 0 wire, 1 applied, 2 shown       in this session (wire) or view generation (applied, shown): the same bits as `layers`
 *   bit 3 wire, 4 applied, 5 shown       in an earlier one
 *   bit 6 excused                        skipped by a reset: owed by history, not by the view
 */
import type { History } from '../history/history.ts'
import { kinds, layers } from '../history/kinds.ts'
import { auditOf, otherEntry, type Audit } from './audit.ts'
import { once } from './once.ts'
import { operationsOf } from './operations.ts'

export const marks = { everOnWire: 0b1001, everApplied: 0b1_0010, excused: 0b100_0000 } as const

/** Counts all, keeps the first rows as examples. */
export class Suspects {
  count = 0
  readonly rows: number[] = []
  add(row: number): void {
    this.count++
    if (this.rows.length < 1000) this.rows.push(row)
  }
}

export interface Ledger {
  /** -1 where that client saw nothing of that room. */
  viewBase: Int32Array
  flags: Uint8Array
  /** By view: the last seq applied in order (not by page), -1 when none. */
  last: Int32Array
  deliveries: number
  appliedRows: number
  /** Applied rows by way. */
  ways: { live: number; sync: number; range: number; page: number }
  /** Wire frames that came again in the same session, and those of an earlier session. */
  wireDuplicates: number
  redeliveries: number
  /** Applied or shown again in the same generation. */
  again: Suspects
  /** Applied with a hole before it. */
  jumped: Suspects
  /** Another message or entry than the audit has at that seq, or a seq above its head. */
  unlike: Suspects
  /** Nobody invoked it for that room. */
  phantoms: Suspects
}

/** The bytes of views, made at the first row that needs them. */
class Views {
  flags: Uint8Array
  readonly viewBase: Int32Array
  readonly session: Int32Array
  readonly last: Int32Array
  readonly #capacity: Int32Array
  readonly #rooms: number
  #used = 0

  constructor(history: History, audit: Audit) {
    const views = history.clients.length * history.rooms.length
    this.#rooms = history.rooms.length
    this.#capacity = audit.capacity
    this.viewBase = new Int32Array(views).fill(-1)
    this.session = new Int32Array(views).fill(-1)
    this.last = new Int32Array(views).fill(-1)
    let owned = 0
    const indexOf = new Map(history.rooms.map((name, index) => [name, index]))
    for (const client of history.clients) for (const room of client.rooms) owned += audit.capacity[indexOf.get(room) ?? -1] ?? 0
    this.flags = new Uint8Array(owned + 64)
  }

  open(view: number): number {
    const needed = this.#capacity[view % this.#rooms] ?? 0
    if (this.#used + needed > this.flags.length) {
      const larger = new Uint8Array((this.#used + needed) * 2)
      larger.set(this.flags)
      this.flags = larger
    }
    this.viewBase[view] = this.#used
    this.#used += needed
    return this.viewBase[view] ?? 0
  }

  /** Moves the bits of what just ended (1 = wire, 6 = applied and shown) to those of earlier times. */
  age(view: number, bits: number): void {
    const from = this.viewBase[view] ?? -1
    if (from < 0) return
    for (let at = from; at < from + (this.#capacity[view % this.#rooms] ?? 0); at++) {
      const flags = this.flags[at] ?? 0
      this.flags[at] = (flags & ~bits) | ((flags & bits) << 3)
    }
  }

  /** A reset at `head`: what lies above the last applied seq up to head is excused, and a new generation follows the room from there. */
  reset(view: number, head: number): void {
    const from = (this.viewBase[view] ?? -1) < 0 ? this.open(view) : (this.viewBase[view] ?? 0)
    const top = Math.min(head, (this.#capacity[view % this.#rooms] ?? 0) - 1)
    for (let seq = Math.max(0, this.last[view] ?? 0); seq <= top; seq++) this.flags[from + seq] = (this.flags[from + seq] ?? 0) | marks.excused
    this.age(view, layers.applied | layers.shown)
    this.last[view] = head
  }
}

export const ledgerOf = once((history: History): Ledger => {
  const audit = auditOf(history)
  const { invokedRoom } = operationsOf(history)
  const views = new Views(history, audit)
  const byWay = new Float64Array(16)
  const suspects = { again: new Suspects(), jumped: new Suspects(), unlike: new Suspects(), phantoms: new Suspects() }
  const counts = passOver(history, audit, invokedRoom, views, byWay, suspects)
  const way = (bit: number): number => byWay.reduce((sum, count, index) => (((index << 4) & bit) !== 0 ? sum + count : sum), 0)
  const ways = { live: way(layers.live), sync: way(layers.sync), range: way(layers.range), page: way(layers.page) }
  return { viewBase: views.viewBase, flags: views.flags, last: views.last, ...counts, ways, ...suspects }
})

/** The hot loop: six columns, one byte of state a row; everything rare is a call. */
function passOver(
  history: History,
  audit: Audit,
  invokedRoom: Int32Array,
  views: Views,
  byWay: Float64Array,
  suspects: Pick<Ledger, 'again' | 'jumped' | 'unlike' | 'phantoms'>,
): Pick<Ledger, 'deliveries' | 'appliedRows' | 'wireDuplicates' | 'redeliveries'> {
  const { kind, layer, client, room, seq, message, session, length } = history.columns
  const { base, capacity, storedAt } = audit
  const { viewBase, last, session: viewSession } = views
  const rooms = history.rooms.length
  // Subtle: `open` may replace the bytes; a local name keeps a load out of every row.
  let { flags } = views
  let [deliveries, appliedRows, wireDuplicates, redeliveries] = [0, 0, 0, 0]
  for (let row = 0; row < length; row++) {
    const code = kind[row] ?? 0
    const isMessage = code === kinds.delivery.code
    if (!isMessage && code !== kinds.entry.code) {
      if (code !== kinds.syncReset.code) continue
      views.reset((client[row] ?? 0) * rooms + (room[row] ?? 0), seq[row] ?? 0)
      flags = views.flags
      continue
    }
    const inRoom = room[row] ?? 0
    const at = seq[row] ?? 0
    const own = isMessage ? (message[row] ?? 0) : otherEntry
    if (isMessage) {
      deliveries++
      if (invokedRoom[own] !== inRoom) suspects.phantoms.add(row)
    }
    if (at < 1 || at >= (capacity[inRoom] ?? 0) || storedAt[(base[inRoom] ?? 0) + at] !== own) {
      suspects.unlike.add(row)
      continue
    }
    const view = (client[row] ?? 0) * rooms + inRoom
    let from = viewBase[view] ?? 0
    if (from < 0) {
      from = views.open(view)
      flags = views.flags
    }
    if (viewSession[view] !== session[row]) {
      views.age(view, layers.wire)
      viewSession[view] = session[row] ?? 0
    }
    const bits = (layer[row] ?? 0) & 7
    const before = flags[from + at] ?? 0
    const repeated = before & bits
    if (repeated !== 0) {
      if ((repeated & layers.wire) !== 0) wireDuplicates++
      if ((repeated & 6) !== 0) suspects.again.add(row)
    }
    if ((bits & layers.wire) !== 0 && (before & 9) === 8) redeliveries++
    flags[from + at] = before | bits
    if ((bits & layers.applied) === 0) continue
    if (isMessage) {
      appliedRows++
      const way = (layer[row] ?? 0) >> 4
      byWay[way] = (byWay[way] ?? 0) + 1
    }
    if (((layer[row] ?? 0) & layers.page) !== 0) continue
    const previous = last[view] ?? 0
    if (previous !== at - 1 && previous !== -1 && at > previous) suspects.jumped.add(row)
    if (at > previous) last[view] = at
  }
  return { deliveries, appliedRows, wireDuplicates, redeliveries }
}
