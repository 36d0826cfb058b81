/**
 * The bytes of views, one byte a (client, room, seq). The views of a room's clients lie interleaved, seq by seq: the deliveries of one message then
 * touch one line of the cache, not one a client. A view that nobody declared gets bytes of its own at its first row.
 */
import type { History } from '../history/history.ts'
import { layers } from '../history/codes.ts'
import type { Audit } from './audit.ts'

export const marks = { everOnWire: 0b1001, everApplied: 0b1_0010, excused: 0b100_0000 } as const

/** Words of a view in `Views.state`, beside each other for the same reason. */
export const stride = 4
export const [fromWord, stepWord, sessionWord, lastWord] = [0, 1, 2, 3] as const

export class Views {
  flags: Uint8Array
  /** By `stride * slot`: where its bytes begin, the distance from seq to seq, its session, the last seq applied in order; -1 when none. */
  state: Int32Array
  /** By `client * rooms + room`; -1 for a view that is not there. */
  readonly slotOf: Int32Array
  readonly #capacity: Int32Array
  readonly #rooms: number
  #slots = 0
  #used = 0

  constructor(history: History, { capacity }: Audit) {
    this.#rooms = history.rooms.length
    this.#capacity = capacity
    this.slotOf = new Int32Array(history.clients.length * history.rooms.length).fill(-1)
    const declared = declaredViews(history)
    this.state = new Int32Array(stride * declared.reduce((sum, views) => sum + views.length, 0)).fill(-1)
    for (const [room, views] of declared.entries()) {
      for (const [index, view] of views.entries()) this.#place(view, this.#used + index, views.length)
      this.#used += views.length * (capacity[room] ?? 0)
    }
    this.flags = new Uint8Array(this.#used)
  }

  /** One word of each view. */
  column(word: number): Int32Array {
    return this.slotOf.map((slot) => (slot === -1 ? -1 : (this.state[stride * slot + word] ?? -1)))
  }

  /** Adds a view, and returns its slot. */
  #open(view: number): number {
    const from = this.#used
    this.#used += this.#capacity[view % this.#rooms] ?? 0
    if (this.#used > this.flags.length) {
      const larger = new Uint8Array(this.#used * 2)
      larger.set(this.flags)
      this.flags = larger
    }
    if (stride * this.#slots === this.state.length) {
      const larger = new Int32Array(2 * this.state.length + stride).fill(-1)
      larger.set(this.state)
      this.state = larger
    }
    return this.#place(view, from, 1)
  }

  #place(view: number, from: number, step: number): number {
    const slot = this.#slots++
    this.slotOf[view] = slot
    this.state[stride * slot + fromWord] = from
    this.state[stride * slot + stepWord] = step
    return slot
  }

  #wordOf(view: number): number {
    const slot = this.slotOf[view] ?? 0
    return stride * (slot < 0 ? this.#open(view) : slot)
  }

  /** Notes the session of a row; the view is made when it is not there, which may replace `flags` and `state`. */
  follow(view: number, session: number): void {
    const word = this.#wordOf(view) + sessionWord
    const before = this.state[word]
    if (before === session) return
    if (before !== -1) this.#age(view, layers.wire)
    this.state[word] = session
  }

  /** Adds bits to those of a seq, and returns those before. */
  add(view: number, seq: number, bits: number): number {
    const word = this.#wordOf(view)
    const place = (this.state[word + fromWord] ?? 0) + seq * (this.state[word + stepWord] ?? 1)
    const known = this.flags[place] ?? 0
    this.flags[place] = known | bits
    return known
  }

  /** Notes a seq applied, and tells whether there is a hole before it. */
  applied(view: number, seq: number): boolean {
    const word = this.#wordOf(view) + lastWord
    const previous = this.state[word] ?? 0
    if (seq <= previous) return false
    this.state[word] = seq
    return previous !== seq - 1 && previous !== -1
  }

  /** Moves the bits of what just ended (1 = wire, 6 = applied and shown) to those of earlier times. */
  #age(view: number, bits: number): void {
    this.#change(view, 0, Infinity, (flags) => (flags & ~bits) | ((flags & bits) << 3))
  }

  /** A reset at `head`: what lies above the last applied seq up to head is excused, and a new generation follows the room from there. */
  reset(view: number, head: number): void {
    const word = this.#wordOf(view) + lastWord
    this.#change(view, Math.max(0, this.state[word] ?? 0), head, (flags) => flags | marks.excused)
    this.#age(view, layers.applied | layers.shown)
    this.state[word] = head
  }

  /** A new client of the same person: its view is empty. */
  renew(view: number): void {
    if ((this.slotOf[view] ?? -1) === -1) return
    this.#age(view, layers.applied | layers.shown)
    this.state[this.#wordOf(view) + lastWord] = -1
  }

  /** What lay between its stays, or came while it left, isn't owed to the view: it follows the room from its new join. */
  joinAgain(view: number, seq: number): void {
    const last = this.state[this.#wordOf(view) + lastWord] ?? -1
    if (last !== -1 && last < seq - 1) this.reset(view, seq - 1)
  }

  /** The bytes of seqs `first` to `last`, as far as the view has them. */
  #change(view: number, first: number, last: number, changed: (flags: number) => number): void {
    const word = this.#wordOf(view)
    const [from = 0, step = 1] = [this.state[word + fromWord], this.state[word + stepWord]]
    const top = Math.min(last, (this.#capacity[view % this.#rooms] ?? 0) - 1)
    for (let seq = first; seq <= top; seq++) this.flags[from + seq * step] = changed(this.flags[from + seq * step] ?? 0)
  }
}

/** By room: the views of the clients that have it. */
function declaredViews(history: History): number[][] {
  const views: number[][] = history.rooms.map(() => [])
  const indexOf = new Map(history.rooms.map((name, index) => [name, index]))
  for (const [client, { rooms }] of history.clients.entries()) {
    for (const name of new Set(rooms)) {
      const room = indexOf.get(name)
      if (room !== undefined) views[room]?.push(client * history.rooms.length + room)
    }
  }
  return views
}
