/**
 * One pass over the rows: which seqs each client saw in each room, one byte a (client, room, seq), and the few rows that look wrong.
 * Rows unlike the audit (unlike.ts) are left out. A stub stands for whichever message is at its seq. Whoever joins again follows the room from there.
 * A *view* is a (client, room); its bytes begin at `viewBase[client * rooms + room]`.
 *
 *   bit 0 wire, 1 applied, 2 shown       in this session (wire) or view generation (applied, shown): the same bits as `layers`
 *   bit 3 wire, 4 applied, 5 shown       in an earlier one
 *   bit 6 excused                        skipped by a reset: owed by history, not by the view
 */
import type { History } from '../history/history.ts'
import { kinds, layers } from '../history/kinds.ts'
import { auditOf, nothing, otherEntry, type Audit } from './audit.ts'
import { once } from './once.ts'
import { Suspects } from './suspects.ts'

export const marks = { everOnWire: 0b1001, everApplied: 0b1_0010, excused: 0b100_0000 } as const

export interface Ledger {
  /** -1 where that client saw nothing of that room. */
  viewBase: Int32Array
  flags: Uint8Array
  /** By view: the last seq applied in order (not by page), -1 when none. */
  last: Int32Array
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
}

/** Words of a view in `Views.state`, beside each other: a row then touches one line of the cache. */
const stride = 4
const [sessionWord, lastWord] = [1, 2]

/** The bytes of views, made at the first row that needs them. */
class Views {
  flags: Uint8Array
  /** By `stride * view`: where its bytes begin, its session, the last seq applied in order; -1 each when none. */
  readonly state: Int32Array
  readonly #capacity: Int32Array
  readonly #rooms: number
  #used = 0

  constructor(history: History, audit: Audit) {
    this.#rooms = history.rooms.length
    this.#capacity = audit.capacity
    this.state = new Int32Array(stride * history.clients.length * history.rooms.length).fill(-1)
    let owned = 0
    const indexOf = new Map(history.rooms.map((name, index) => [name, index]))
    for (const client of history.clients) for (const room of client.rooms) owned += audit.capacity[indexOf.get(room) ?? -1] ?? 0
    this.flags = new Uint8Array(owned + 64)
  }

  /** One word of each view. */
  column(word: number): Int32Array {
    const column = new Int32Array(this.state.length / stride)
    for (let view = 0; view < column.length; view++) column[view] = this.state[stride * view + word] ?? -1
    return column
  }

  open(view: number): number {
    const needed = this.#capacity[view % this.#rooms] ?? 0
    if (this.#used + needed > this.flags.length) {
      const larger = new Uint8Array((this.#used + needed) * 2)
      larger.set(this.flags)
      this.flags = larger
    }
    const from = this.#used
    this.state[stride * view] = from
    this.#used += needed
    return from
  }

  /** Moves the bits of what just ended (1 = wire, 6 = applied and shown) to those of earlier times. */
  age(view: number, bits: number): void {
    const from = this.state[stride * view] ?? -1
    if (from < 0) return
    for (let at = from; at < from + (this.#capacity[view % this.#rooms] ?? 0); at++) {
      const flags = this.flags[at] ?? 0
      this.flags[at] = (flags & ~bits) | ((flags & bits) << 3)
    }
  }

  /** A reset at `head`: what lies above the last applied seq up to head is excused, and a new generation follows the room from there. */
  reset(view: number, head: number): void {
    const opened = this.state[stride * view] ?? -1
    const from = opened < 0 ? this.open(view) : opened
    const top = Math.min(head, (this.#capacity[view % this.#rooms] ?? 0) - 1)
    for (let seq = Math.max(0, this.state[stride * view + lastWord] ?? 0); seq <= top; seq++)
      this.flags[from + seq] = (this.flags[from + seq] ?? 0) | marks.excused
    this.age(view, layers.applied | layers.shown)
    this.state[stride * view + lastWord] = head
  }

  /** What lay between its stays, or came while it left, isn't owed to the view: it follows the room from its new join. */
  joinAgain(view: number, seq: number): void {
    const last = this.state[stride * view + lastWord] ?? -1
    if (last !== -1 && last < seq - 1) this.reset(view, seq - 1)
  }
}

export const ledgerOf = once((history: History): Ledger => {
  const views = new Views(history, auditOf(history))
  const byWay = new Float64Array(16)
  const suspects = { again: new Suspects(), jumped: new Suspects() }
  const counts = passOver(history, auditOf(history), views, byWay, suspects)
  const way = (bit: number): number => byWay.reduce((sum, count, index) => (((index << 4) & bit) !== 0 ? sum + count : sum), 0)
  const ways = { live: way(layers.live), sync: way(layers.sync), range: way(layers.range), page: way(layers.page) }
  return { viewBase: views.column(0), flags: views.flags, last: views.column(lastWord), ...counts, ways, ...suspects }
})

const whole = layers.wire | layers.applied | layers.shown

/** The hot loop: seven columns, one byte of state a row; everything rare is a call. */
function passOver(
  history: History,
  audit: Audit,
  views: Views,
  byWay: Float64Array,
  suspects: Pick<Ledger, 'again' | 'jumped'>,
): Pick<Ledger, 'appliedRows' | 'wireDuplicates' | 'redeliveries'> {
  const { kind, layer, client, room, seq, message, session, length } = history.columns
  const [delivery, entry, syncReset, joined] = [kinds.delivery.code, kinds.entry.code, kinds.syncReset.code, kinds.joined.code]
  const { base, capacity, storedAt } = audit
  const { state } = views
  const rooms = history.rooms.length
  // Subtle: `open` may replace the bytes; a local name keeps a load out of every row.
  let { flags } = views
  let [appliedRows, wireDuplicates, redeliveries] = [0, 0, 0]
  for (let row = 0; row < length; row++) {
    const code = kind[row] ?? 0
    const isMessage = code === delivery
    if (!isMessage && code !== entry) {
      if (code === syncReset) views.reset((client[row] ?? 0) * rooms + (room[row] ?? 0), seq[row] ?? 0)
      else if (code === joined) views.joinAgain((client[row] ?? 0) * rooms + (room[row] ?? 0), seq[row] ?? 0)
      else continue
      flags = views.flags
      continue
    }
    const inRoom = room[row] ?? 0
    const at = seq[row] ?? 0
    const own = isMessage ? (message[row] ?? 0) : otherEntry
    if (at < 1 || at >= (capacity[inRoom] ?? 0)) continue
    const there = storedAt[(base[inRoom] ?? 0) + at] ?? nothing
    if (there !== own ? own !== nothing || there < 0 : there === nothing) continue
    const view = (client[row] ?? 0) * rooms + inRoom
    const word = stride * view
    let from = state[word] ?? 0
    if (from < 0) {
      from = views.open(view)
      flags = views.flags
    }
    if (state[word + sessionWord] !== session[row]) {
      views.age(view, layers.wire)
      state[word + sessionWord] = session[row] ?? 0
    }
    const came = layer[row] ?? 0
    const bits = came & whole
    const before = flags[from + at] ?? 0
    flags[from + at] = before | bits
    if (before !== 0) {
      const repeated = before & bits
      // A page of history that a person asked for brings again what is here.
      if ((repeated & layers.wire) !== 0 && (came & layers.page) === 0) wireDuplicates++
      if ((repeated & (layers.applied | layers.shown)) !== 0) suspects.again.add(row)
      if ((bits & layers.wire) !== 0 && (before & marks.everOnWire) === 8 && (came & layers.page) === 0) redeliveries++
    }
    if ((bits & layers.applied) === 0) continue
    if (isMessage) {
      appliedRows++
      byWay[came >> 4] = (byWay[came >> 4] ?? 0) + 1
    }
    if ((came & layers.page) !== 0) continue
    const previous = state[word + lastWord] ?? 0
    if (at <= previous) continue
    if (previous !== at - 1 && previous !== -1) suspects.jumped.add(row)
    state[word + lastWord] = at
  }
  return { appliedRows, wireDuplicates, redeliveries }
}
