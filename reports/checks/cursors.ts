/** Cursors that clients told, and those that they were shown of others, followed in order of time. Memory: a slot a view, and one a (view, user shown). */
import type { History } from '../history/history.ts'
import { layers } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf } from './audit.ts'
import { Slots, type Cursor } from './cursor-slots.ts'
import { memberOfView } from './excluded.ts'
import { exampleLimit } from './finding.ts'
import type { Member } from './membership.ts'
import { clientName } from './story.ts'

export interface Cursors {
  told: number
  shown: number
  bad: Misjudged
  /** The highest that this client told of itself in this room, over all that it was. */
  tellOf(client: number, room: number): Cursor | null
  /** What this client, as it is in the end, was shown last. */
  shownOf(client: number, room: number, user: string): Cursor | null
}

const reasons = ['readAheadOfDelivered', 'aboveHead', 'fell', 'aheadOfApplied', 'aheadOfTold', 'ofNoMember'] as const
type Reason = (typeof reasons)[number]

class Misjudged {
  count = 0
  readonly counts: Record<Reason, number> = { readAheadOfDelivered: 0, aboveHead: 0, fell: 0, aheadOfApplied: 0, aheadOfTold: 0, ofNoMember: 0 }
  /** The first of them. */
  readonly examples: { row: number; before: number; why: string }[] = []
  add(reason: Reason, row: number, before: number, why: string): void {
    this.count++
    this.counts[reason]++
    if (this.examples.length < exampleLimit) this.examples.push({ row, before, why })
  }
}

export function followCursors(history: History): Cursors {
  const follower = new Follower(history)
  const { length } = history.columns
  const [entry, syncReset, joined] = [kinds.entry.code, kinds.syncReset.code, kinds.joined.code]
  const [watermark, receipt, clientReplaced] = [kinds.watermark.code, kinds.receipt.code, kinds.clientReplaced.code]
  for (let row = follower.deliveries(0); row < length; row = follower.deliveries(row + 1)) {
    const code = history.columns.kind[row]
    if (code === entry) follower.applies(row)
    else if (code === syncReset || code === joined) follower.skips(row)
    else if (code === watermark) follower.tells(row)
    else if (code === receipt) follower.isShown(row)
    else if (code === clientReplaced) follower.replaced(row)
  }
  return follower
}

/** By kind code: 1 for those that tell of cursors, deliveries apart. */
const ofCursors = new Uint8Array(256)
for (const kind of [kinds.entry, kinds.syncReset, kinds.joined, kinds.watermark, kinds.receipt, kinds.clientReplaced]) ofCursors[kind.code] = 1

class Follower implements Cursors {
  told = 0
  shown = 0
  readonly bad = new Misjudged()
  readonly #history: History
  readonly #rooms: number
  /** By view: the highest seq applied in order, or skipped by a reset. */
  readonly #applied: Int32Array
  readonly #tells = new Slots()
  readonly #sights = new Slots()
  /** By client: how often it was replaced by a new client of the same person. */
  readonly #lives: Int32Array
  readonly #users = new Map<string, number>()
  /** By name id, as receipts tell users. */
  readonly #userOfName = new Map<number, number>()
  readonly #clientsOf: number[][] = []
  readonly #memberOf: (client: number, room: number) => Member | null

  constructor(history: History) {
    this.#history = history
    this.#memberOf = memberOfView(history)
    this.#rooms = history.rooms.length
    this.#applied = new Int32Array(history.clients.length * this.#rooms)
    this.#lives = new Int32Array(history.clients.length)
    for (const [client, { user }] of history.clients.entries()) {
      const known = this.#users.get(user) ?? this.#clientsOf.push([]) - 1
      this.#users.set(user, known)
      this.#clientsOf[known]?.push(client)
    }
  }

  #view(row: number): number {
    const { client, room } = this.#history.columns
    return (client[row] ?? 0) * this.#rooms + (room[row] ?? 0)
  }

  /** Of a user in a view of one life of the client. */
  #sight(client: number, room: number, user: number): number {
    return ((this.#lives[client] ?? 0) * this.#clientsOf.length + user) * this.#applied.length + client * this.#rooms + room
  }

  #user(name: number): number {
    const known = this.#userOfName.get(name) ?? this.#users.get(this.#history.names[name] ?? '') ?? -1
    this.#userOfName.set(name, known)
    return known
  }

  tellOf(client: number, room: number): Cursor | null {
    return this.#tells.at(client * this.#rooms + room)
  }

  shownOf(client: number, room: number, user: string): Cursor | null {
    return this.#sights.at(this.#sight(client, room, this.#users.get(user) ?? -1))
  }

  /**
   * Takes the deliveries from `start`; returns the first other row that tells of cursors (or the number of rows).
   * Subtle: it calls nothing, like the ledger's hot loop.
   */
  deliveries(start: number): number {
    const { kind, layer, client, room, seq, length } = this.#history.columns
    const rooms = this.#rooms
    const applied = this.#applied
    const delivery = kinds.delivery.code
    const way = layers.applied | layers.page
    for (let row = start; row < length; row++) {
      const code = kind[row] ?? 0
      if (code !== delivery) {
        if (ofCursors[code] === 1) return row
        continue
      }
      if (((layer[row] ?? 0) & way) !== layers.applied) continue
      const view = (client[row] ?? 0) * rooms + (room[row] ?? 0)
      const at = seq[row] ?? 0
      if (at > (applied[view] ?? 0)) applied[view] = at
    }
    return length
  }

  applies(row: number): void {
    const { layer, seq } = this.#history.columns
    const bits = layer[row] ?? 0
    if ((bits & layers.applied) === 0 || (bits & layers.page) !== 0) return
    this.skips(row, seq[row] ?? 0)
  }

  skips(row: number, seq = this.#history.columns.seq[row] ?? 0): void {
    const view = this.#view(row)
    if (seq > (this.#applied[view] ?? 0)) this.#applied[view] = seq
  }

  replaced(row: number): void {
    const client = this.#history.columns.client[row] ?? 0
    this.#lives[client] = (this.#lives[client] ?? 0) + 1
  }

  tells(row: number): void {
    const { seq, rev, client, room } = this.#history.columns
    this.told++
    const [delivered, read] = [seq[row] ?? 0, Math.max(0, rev[row] ?? 0)]
    const view = this.#view(row)
    const before = this.#tells.at(view)
    const who = clientName(this.#history, client[row] ?? -1)
    this.#bounds(row, delivered, read, who)
    const applied = this.#applied[view] ?? 0
    if (delivered > applied)
      this.bad.add('aheadOfApplied', row, -1, `${who} told seq ${delivered} of ${this.#history.rooms[room[row] ?? -1]}, and had applied ${applied}`)
    // A new client of the same person begins again; the highest of all its lives counts.
    if (before === null || delivered > before.delivered || read > before.read)
      this.#tells.set(view, Math.max(delivered, before?.delivered ?? 0), Math.max(read, before?.read ?? 0), row)
  }

  #bounds(row: number, delivered: number, read: number, who: string): void {
    const room = this.#history.columns.room[row] ?? -1
    if (read > delivered) this.bad.add('readAheadOfDelivered', row, -1, `${who}: read up to seq ${read}, delivered up to ${delivered}`)
    const head = auditOf(this.#history).heads[room] ?? -1
    if (head !== -1 && delivered > head) this.bad.add('aboveHead', row, -1, `${who}: delivered up to seq ${delivered}, and the head is ${head}`)
  }

  /** With a new stay begins a new view of the room, which hears of a user's devices one after the other. Looked for where something fell, no more. */
  #hasJoinedBetween(before: number, row: number): boolean {
    const { client, room } = this.#history.columns
    return this.#history.rowsOf('joined').some((one) => before < one && one < row && client[one] === client[row] && room[one] === room[row])
  }

  isShown(row: number): void {
    const { seq, rev, client, room, value } = this.#history.columns
    const user = this.#user(value[row] ?? -1)
    const clients = this.#clientsOf[user]
    if (clients === undefined) return
    this.shown++
    const [delivered, read, own, inRoom] = [seq[row] ?? 0, Math.max(0, rev[row] ?? 0), client[row] ?? 0, room[row] ?? 0]
    const who = this.#history.names[value[row] ?? -1] ?? ''
    this.#bounds(row, delivered, read, who)
    const key = this.#sight(own, inRoom, user)
    const before = this.#sights.at(key)
    if (before !== null && (delivered < before.delivered || read < before.read) && !this.#hasJoinedBetween(before.row, row))
      this.bad.add('fell', row, before.row, `${clientName(this.#history, own)} is shown that ${who} fell back in ${this.#history.rooms[inRoom]}`)
    this.#sights.set(key, delivered, read, row)
    let [hasDelivered, hasRead, lastTold] = [false, false, -1]
    let member: Member | null = null
    for (const one of clients) {
      member ??= this.#memberOf(one, inRoom)
      const told = this.tellOf(one, inRoom)
      if (told === null) continue
      if (told.delivered >= delivered) hasDelivered = true
      if (told.read >= read) hasRead = true
      lastTold = told.row
    }
    if (!hasDelivered || !hasRead) {
      const what = `${who} never told that it had ${this.#history.rooms[inRoom]} up to seq ${delivered}, read up to ${read}`
      this.bad.add('aheadOfTold', row, lastTold, what)
    }
    // Who has just joined has everything up to its own join.
    if (delivered > 0 && member?.intervals.some((stay) => stay.from <= delivered + 1) !== true)
      this.bad.add('ofNoMember', row, -1, `${who} is no member of ${this.#history.rooms[inRoom]} at seq ${delivered}`)
  }
}
