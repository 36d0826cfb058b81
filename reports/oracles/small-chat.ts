/** A sound chat of three clients in two rooms, told event by event. */
import { entryKinds, layers, statuses } from '../history/codes.ts'
import type { PlainEvent } from './plain-events.ts'

export const clients = 3
export const rooms = 2
/** Name ids: users come after one name for all else, messages after the users. */
const [firstUserName, firstMessageName] = [1, 1 + clients]
const live = layers.wire | layers.applied | layers.shown | layers.live

export type Act =
  | { act: 'send'; client: number; room: number; fate: 'acked' | 'unknown' | 'failed' }
  | { act: 'leave' | 'ban' | 'rejoin' | 'reset' | 'reconnect' | 'replace' | 'depart'; client: number; room: number }

export class SmallChat {
  readonly senders: number[] = []
  readonly #events: PlainEvent[] = []
  readonly #audit: PlainEvent[] = []
  readonly #heads = [0, 0]
  readonly #inside = new Set<string>()
  readonly #sessions = [1, 1, 1]
  readonly #departed = new Set<number>()
  #atNs = 0

  constructor() {
    for (let client = 0; client < clients; client++) {
      this.#tell('connect', { client, session: 1, value: 0 })
      this.#tell('expected', { client, value: 1 })
      for (let room = 0; room < rooms; room++) this.#join(client, room)
    }
  }

  act(act: Act): void {
    const { client, room } = act
    const base = { client, session: this.#sessions[client] ?? 1, room }
    const inside = this.#inside.has(`${client} ${room}`)
    if (act.act === 'rejoin' && !inside) this.#join(client, room)
    if (this.#departed.has(client) || !inside) return
    if (act.act === 'send') this.#send(base, act.fate)
    else if (act.act === 'leave' || act.act === 'ban') this.#leave(client, room, act.act)
    else if (act.act === 'replace') this.#replace(client, base.session)
    else if (act.act === 'reset') this.#tell('syncReset', { ...base, seq: this.#heads[room] ?? 0 })
    else if (act.act === 'depart') {
      this.#departed.add(client)
      this.#tell('watermark', { ...base, seq: this.#heads[room] ?? 0 })
      this.#tell('expected', { client, value: 0 })
      this.#tell('disconnect', { client, session: base.session, value: 0 })
    } else if (act.act === 'reconnect') {
      this.#tell('disconnect', { client, session: base.session, value: 0 })
      this.#sessions[client] = base.session + 1
      this.#tell('connect', { client, session: base.session + 1, value: 0 })
      this.#tell('syncComplete', { ...base, session: base.session + 1, seq: this.#heads[room] ?? 0, value: 0 })
    }
  }

  /** Everyone who is there tells that it has that much, and is shown it of the others. */
  #receipts(room: number, seq: number): void {
    const present = Array.from({ length: clients }, (_, client) => client).filter(
      (client) => this.#inside.has(`${client} ${room}`) && !this.#departed.has(client),
    )
    const cursor = { room, seq, rev: seq - 1 }
    for (const client of present) this.#tell('watermark', { ...cursor, client, session: this.#sessions[client] ?? 1 })
    for (const client of present)
      for (const other of present)
        if (other !== client) this.#tell('receipt', { ...cursor, client, session: this.#sessions[client] ?? 1, value: firstUserName + other })
  }

  /** A new client in its place gets what the newest page of each room has: the last two entries. */
  #replace(client: number, session: number): void {
    this.#tell('clientReplaced', { client, session, value: 0, layer: 0 })
    for (const one of this.#audit.filter(({ room, seq }) => this.#inside.has(`${client} ${room}`) && seq > (this.#heads[room] ?? 0) - 2)) {
      const cells = { client, session, room: one.room, seq: one.seq, rev: one.seq, layer: layers.wire | layers.applied | layers.shown | layers.sync }
      if (one.kind === 'stored') this.#tell('delivery', { ...cells, message: one.message, value: one.value })
      else this.#tell('entry', { ...cells, value: one.value })
    }
  }

  finish(): PlainEvent[] {
    this.#tell('settled', { value: 1 })
    for (const event of this.#audit) this.#tell(event.kind, event)
    for (const [room, seq] of this.#heads.entries()) this.#tell('auditHead', { room, seq, value: 0, layer: 1 })
    return this.#events
  }

  #tell(kind: PlainEvent['kind'], cells: Partial<PlainEvent>): void {
    const blank = { client: -1, session: -1, room: -1, layer: 0, message: -1, seq: -1, rev: -1, value: -1 }
    this.#events.push({ ...blank, ...cells, kind, atNs: (this.#atNs += 10) })
  }

  #store(kind: 'stored' | 'storedEntry', cells: Partial<PlainEvent>): number {
    const room = cells.room ?? 0
    const seq = (this.#heads[room] = (this.#heads[room] ?? 0) + 1)
    this.#audit.push({ atNs: 0, kind, client: -1, session: 0, room, layer: 0, message: -1, seq, rev: kind === 'stored' ? seq : 0, value: 0, ...cells })
    return seq
  }

  /** Everyone who is there gets it. */
  #arrive(kind: 'delivery' | 'entry', cells: Partial<PlainEvent>): void {
    for (let client = 0; client < clients; client++)
      if (this.#inside.has(`${client} ${cells.room}`) && !this.#departed.has(client))
        this.#tell(kind, { ...cells, client, session: this.#sessions[client] ?? 1, layer: live, rev: cells.seq ?? -1 })
  }

  #join(client: number, room: number): void {
    const seq = this.#store('storedEntry', { client, room, value: entryKinds.join })
    this.#tell('joined', { client, session: this.#sessions[client] ?? 1, room, seq, rev: 0 })
    this.#inside.add(`${client} ${room}`)
    this.#arrive('entry', { room, seq, value: entryKinds.join })
  }

  #leave(client: number, room: number, how: 'leave' | 'ban'): void {
    const seq = this.#store('storedEntry', { client, room, value: entryKinds[how] })
    this.#inside.delete(`${client} ${room}`)
    this.#arrive('entry', { room, seq, value: entryKinds[how] })
  }

  #send(base: { client: number; session: number; room: number }, fate: 'acked' | 'unknown' | 'failed'): void {
    const message = this.senders.push(base.client) - 1
    const about = { ...base, message }
    this.#tell('intended', { ...about, value: message, rev: 1 })
    this.#tell('invoked', { ...about, seq: message + 1, value: firstMessageName + message })
    this.#tell('status', { ...about, value: statuses.queued })
    this.#tell('status', { ...about, value: statuses.sending })
    this.#tell('attempt', { ...about, seq: 1, value: firstMessageName + message })
    if (fate === 'failed') {
      this.#tell('failed', { ...about, value: 0 })
      this.#tell('status', { ...about, value: statuses.failed })
      return
    }
    const seq = this.#store('stored', { client: base.client, room: base.room, message, value: message })
    if (fate === 'unknown') this.#tell('unknown', { ...about, seq: 1, value: 0 })
    else this.#tell('ok', { ...about, seq, rev: 0, value: firstMessageName + message })
    this.#tell('status', { ...about, value: statuses.sent })
    this.#arrive('delivery', { room: base.room, message, seq, value: message })
    if (message % 2 === 0) this.#receipts(base.room, seq)
    this.#tell('status', { ...about, value: statuses.delivered })
  }
}
