/** Small runs for fast-check: three clients talk in two rooms, and then the record is edited at random. */
import { type Arbitrary, array, constant, constantFrom, nat, oneof, record, tuple } from 'fast-check'
import { buildHistory } from '../history/build-history.ts'
import type { History } from '../history/history.ts'
import { entryKinds, layers, statuses } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import type { PlainEvent } from './plain-events.ts'

const clients = 3
const rooms = 2
/** Name ids: users come after one name for all else, messages after the users. */
const [firstUserName, firstMessageName] = [1, 1 + clients]
const live = layers.wire | layers.applied | layers.shown | layers.live
const kindsWithoutEdits = new Set<PlainEvent['kind']>(['auditHead', 'settled'])

type Act =
  | { act: 'send'; client: number; room: number; fate: 'acked' | 'unknown' | 'failed' }
  | { act: 'leave' | 'ban' | 'rejoin' | 'reset' | 'reconnect' | 'replace' | 'depart'; client: number; room: number }
interface Edit {
  edit: 'remove' | 'repeat' | 'later' | 'seq' | 'message' | 'client' | 'room' | 'layer' | 'rev' | 'value' | 'swap'
  place: number
  amount: number
}

const who = { client: nat(clients - 1), room: nat(rooms - 1) }
const act: Arbitrary<Act> = oneof(
  { weight: 5, arbitrary: record({ act: constant('send' as const), ...who, fate: constantFrom('acked', 'acked', 'unknown', 'failed') }) },
  { weight: 1, arbitrary: record({ act: constantFrom('leave', 'ban', 'rejoin', 'reset', 'reconnect', 'replace', 'depart'), ...who }) },
)
const edit: Arbitrary<Edit> = record({
  edit: constantFrom('remove', 'repeat', 'later', 'seq', 'message', 'client', 'room', 'layer', 'rev', 'value', 'swap', 'swap'),
  place: nat(),
  amount: nat(50),
})

export const smallRun: Arbitrary<History> = tuple(array(act, { minLength: 1, maxLength: 10 }), array(edit, { maxLength: 5 })).map(([acts, edits]) =>
  smallHistory(acts, edits),
)

function smallHistory(acts: readonly Act[], edits: readonly Edit[]): History {
  const chat = new SmallChat()
  for (const one of acts) chat.act(one)
  const events = chat.finish()
  for (const one of edits) change(events, one, chat.senders.length)
  const rows = events.toSorted((a, b) => a.atNs - b.atNs)
  const numbers = (name: Exclude<keyof PlainEvent, 'kind'>): Int32Array => Int32Array.from(rows, (row) => row[name])
  const none = new Int32Array(0)
  return buildHistory({
    folder: 'small',
    columns: {
      length: rows.length,
      tNs: Float64Array.from(rows, (row) => row.atNs),
      kind: Uint8Array.from(rows, (row) => kinds[row.kind].code),
      layer: Uint8Array.from(rows, (row) => row.layer),
      client: numbers('client'),
      session: numbers('session'),
      room: numbers('room'),
      message: numbers('message'),
      seq: numbers('seq'),
      rev: numbers('rev'),
      value: numbers('value'),
    },
    names: ['name', 'user-0', 'user-1', 'user-2', ...chat.senders.map((_, message) => `message-${message}`)],
    rooms: Array.from({ length: rooms }, (_, room) => `room-${room}`),
    nodes: ['node-1'],
    messages: {
      length: chat.senders.length,
      client: Int32Array.from(chat.senders),
      counter: Int32Array.from(chat.senders.keys()),
      foreign: new Int32Array(chat.senders.length).fill(-1),
    },
    clients: Array.from({ length: clients }, (_, number) => ({
      number,
      user: `user-${number}`,
      device: 'laptop',
      cohort: 'office',
      role: 'member',
      rooms: ['room-0', 'room-1'],
    })),
    journals: {
      length: 0,
      tNs: new Float64Array(0),
      node: none,
      boot: none,
      stage: new Uint8Array(0),
      room: none,
      seq: none,
      count: none,
      extra: none,
      message: none,
    },
    files: [],
    defects: [],
    failedSteps: [],
    phases: [],
    faults: [],
    settleMs: 1000,
    quiescenceMs: 100,
    capabilities: ['sync', 'receipts', 'status', 'view'],
  })
}

/** Edits one event in place; what the audit's frame is made of stays. */
function change(events: PlainEvent[], { edit, place, amount }: Edit, messages: number): void {
  const places = [...events.keys()].filter((index) => !kindsWithoutEdits.has(events[index]?.kind ?? 'lag'))
  const index = places[place % places.length] ?? 0
  const event = events[index]
  if (event === undefined) return
  if (edit === 'swap') return swapSeqs(events, place, amount)
  if (edit === 'remove') events.splice(index, 1)
  else if (edit === 'repeat') events.splice(index + 1, 0, { ...event, atNs: event.atNs + amount })
  else if (edit === 'later') event.atNs += 10 * amount
  else if (edit === 'seq' && event.seq >= 1) event.seq = Math.max(1, event.seq + (amount % 5) - 2)
  else if (edit === 'rev' && event.rev >= 1) event.rev = Math.max(0, event.rev + (amount % 5) - 2)
  else if (edit === 'message' && event.message >= 0) event.message = amount % messages
  else if (edit === 'client' && event.client >= 0) event.client = amount % clients
  else if (edit === 'room' && event.room >= 0) event.room = amount % rooms
  else if (edit === 'layer' && event.kind === 'delivery') event.layer = amount & (layers.wire | layers.applied | layers.shown | layers.live)
  else if (edit === 'value' && event.kind === 'status') event.value = amount % 9
}

/** Exchanges the seqs of two stored messages. */
function swapSeqs(events: readonly PlainEvent[], place: number, amount: number): void {
  const stored = events.filter((event) => event.kind === 'stored')
  const [one, other] = [stored[place % stored.length], stored[(place + amount) % stored.length]]
  if (one === undefined || other === undefined) return
  ;[one.seq, other.seq] = [other.seq, one.seq]
}

/** A sound chat, told event by event. */
class SmallChat {
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
