/** A large clean history without a cluster, for measuring and testing checks: everything sent is acked, stored and delivered to every member. */
import { buildHistory } from './build-history.ts'
import { entryKinds, layers, phases, residues, statuses } from './codes.ts'
import { columnsBy } from './columns.ts'
import { Filling, JournalFilling } from './filling.ts'
import type { ClientInfo, History } from './history.ts'
import { messagesPerClient } from './kinds.ts'
import { StringTable } from './string-table.ts'

export interface SyntheticOptions {
  rooms: number
  /** Spread over the rooms in turn: client c is a member of room c % rooms. At least one a room. */
  clients: number
  /** Over all rooms; each is delivered to every member of its room, its sender included. */
  messages: number
}

const nodeCount = 3
const millisecond = 1e6
const arrivedLive = layers.wire | layers.applied | layers.shown | layers.live
const arrivedBySync = layers.wire | layers.applied | layers.shown | layers.sync

/** Throws when a client would send more messages than it has ids for. */
export function syntheticHistory(options: SyntheticOptions): History {
  return new Synthesis(options).history()
}

class Synthesis {
  readonly #options: SyntheticOptions
  readonly #names = new StringTable()
  readonly #members: number[][]
  readonly #rows: Filling
  readonly #journal: JournalFilling
  readonly #seqs: Int32Array
  readonly #counters: Int32Array
  #tNs = 0

  constructor(options: SyntheticOptions) {
    const { rooms, clients, messages } = options
    if (clients < rooms) throw new RangeError(`${clients} clients can't fill ${rooms} rooms`)
    if (messages / clients >= messagesPerClient) throw new RangeError(`${messages} messages are more than ${clients} clients have ids for`)
    this.#options = options
    this.#members = Array.from({ length: rooms }, (_, room) =>
      Array.from({ length: Math.ceil((clients - room) / rooms) }, (_unused, index) => room + index * rooms),
    )
    const largest = Math.ceil(clients / rooms)
    this.#rows = new Filling(messages * (largest + 12) + clients * (2 * largest + 16) + rooms * 8 + 64)
    this.#journal = new JournalFilling(messages * (4 + nodeCount) + nodeCount)
    this.#seqs = new Int32Array(rooms)
    this.#counters = new Int32Array(clients)
  }

  history(): History {
    const { rooms, clients, messages } = this.#options
    const marks = [this.#begin('warmup')]
    this.#arrive()
    marks.push(this.#begin('steady'))
    const owners = new Int32Array(messages)
    const counters = new Int32Array(messages)
    for (let message = 0; message < messages; message++) this.#send(message, owners, counters)
    marks.push(this.#begin('settle'))
    this.#settle()
    marks.push(this.#begin('audit'))
    this.#audit(owners)
    this.#leave()
    const ends = [...marks.slice(1).map((mark) => mark.startMs), this.#tNs / millisecond]
    const { columns } = this.#rows
    const { length } = columns
    return buildHistory({
      folder: 'synthetic',
      columns: columnsBy(
        length,
        columns.tNs.subarray(0, length),
        (name) => columns[name].subarray(0, length),
        (name) => columns[name].subarray(0, length),
      ),
      names: this.#names.list,
      rooms: Array.from({ length: rooms }, (_, room) => `room-${room}`),
      nodes: Array.from({ length: nodeCount }, (_, node) => `node-${node + 1}`),
      messages: { length: messages, client: owners, counter: counters, foreign: new Int32Array(messages).fill(-1) },
      clients: Array.from({ length: clients }, (_, number): ClientInfo => ({
        number,
        user: `user-${number}`,
        device: `device-${number}`,
        cohort: 'office',
        role: 'member',
        rooms: [`room-${number % rooms}`],
      })),
      journals: this.#journal.rows,
      files: [{ name: 'synthetic.rows.arrow', writer: 'synthetic', state: 'closed', rows: length, offset: 0, detail: null, explained: false }],
      defects: [],
      failedSteps: [],
      phases: marks.map(({ name, startMs }, index) => ({ name, startMs, endMs: ends[index] ?? startMs })),
      faults: [],
      settleMs: 20_000,
      quiescenceMs: 4000,
      capabilities: ['sync', 'receipts', 'history', 'audit'],
    })
  }

  #begin(name: keyof typeof phases): { name: keyof typeof phases; startMs: number } {
    this.#tNs += millisecond
    this.#rows.add(this.#tNs, 'phase', { value: phases[name] })
    return { name, startMs: this.#tNs / millisecond }
  }

  #epoch(room: number): number {
    return this.#names.idOf(`epoch-${room}`)
  }

  /** Nodes start; every client connects, joins its room and is synced; earlier members see the join. */
  #arrive(): void {
    const at = (): number => (this.#tNs += 1000)
    for (let node = 0; node < nodeCount; node++) {
      const value = this.#names.idOf(`node-${node + 1}`)
      this.#rows.add(at(), 'nodeStarted', { value, seq: 1 })
      this.#rows.add(at(), 'nodeReady', { value, seq: 1 })
      this.#rows.add(at(), 'residue', { session: value, layer: 1, seq: 0, value: residues.sockets })
    }
    for (let client = 0; client < this.#options.clients; client++) {
      const room = client % this.#options.rooms
      const node = client % nodeCount
      const who = { client, session: 1, room }
      const seq = (this.#seqs[room] = (this.#seqs[room] ?? 0) + 1)
      this.#rows.add(at(), 'connect', { client, session: 1, value: this.#names.idOf(`node-${node + 1}`), rev: this.#names.idOf(`boot-${node + 1}`) })
      this.#rows.add(at(), 'expected', { client, value: 1 })
      this.#rows.add(at(), 'joinInvoked', who)
      this.#rows.add(at(), 'joined', { ...who, seq, rev: this.#epoch(room) })
      this.#rows.add(at(), 'syncBegin', { ...who, seq: seq - 1, rev: 1 })
      this.#rows.add(at(), 'entry', { ...who, layer: arrivedBySync, seq, rev: seq, value: entryKinds.join })
      this.#rows.add(at(), 'syncComplete', { ...who, seq, rev: 1, value: this.#epoch(room) })
      for (const member of this.#members[room] ?? []) {
        if (member >= client) break
        this.#rows.add(at(), 'entry', { client: member, session: 1, room, layer: arrivedLive, seq, rev: seq, value: entryKinds.join })
      }
    }
  }

  /** One message, from its intent to its sender's "delivered". */
  #send(message: number, owners: Int32Array, counters: Int32Array): void {
    const room = message % this.#options.rooms
    const members = this.#members[room] ?? []
    const client = members[Math.floor(message / this.#options.rooms) % members.length] ?? 0
    const node = client % nodeCount
    const seq = (this.#seqs[room] = (this.#seqs[room] ?? 0) + 1)
    const counter = this.#counters[client] ?? 0
    this.#counters[client] = counter + 1
    owners[message] = client
    counters[message] = counter
    const start = (this.#tNs += millisecond)
    const who = { client, session: 1, room, message }
    const hash = hashOf(message)
    const rows = this.#rows
    const journal = this.#journal
    const operation = this.#names.idOf(`operation-${message}`)
    rows.add(start, 'intended', { ...who, value: hash, rev: 100 })
    rows.add(start + 10_000, 'status', { ...who, value: statuses.queued })
    rows.add(start + 11_000, 'invoked', { ...who, seq: counter + 1, value: operation })
    rows.add(start + 12_000, 'status', { ...who, value: statuses.sending })
    rows.add(start + 13_000, 'attempt', { ...who, seq: 1, value: operation })
    journal.add(start + 100_000, node, 'received', room, -1, 1, message)
    journal.add(start + 300_000, node, 'committed', room, seq, 0, message)
    journal.add(start + 310_000, node, 'published', room, seq, 0, message)
    journal.add(start + 320_000, node, 'acked', room, seq, 0, message)
    rows.add(start + 400_000, 'ok', { ...who, seq, rev: this.#epoch(room), value: this.#names.idOf(`server-${message}`) })
    rows.add(start + 401_000, 'status', { ...who, value: statuses.sent })
    for (let peer = 0; peer < nodeCount; peer++) journal.add(start + 410_000 + peer, peer, 'relayed', room, seq, members.length, message)
    let at = start + 450_000
    for (const member of members)
      rows.add((at += 1000), 'delivery', { client: member, session: 1, room, layer: arrivedLive, message, seq, rev: seq, value: hash })
    if (members.length > 1) rows.add((at += 100_000), 'status', { ...who, value: statuses.delivered })
    this.#tNs = at
  }

  #settle(): void {
    for (let client = 0; client < this.#options.clients; client++) {
      const room = client % this.#options.rooms
      const head = this.#seqs[room] ?? 0
      this.#rows.add((this.#tNs += 1000), 'watermark', { client, session: 1, room, seq: head, rev: head })
      this.#rows.add((this.#tNs += 1000), 'heartbeat', { client, session: 1, room, seq: head, value: this.#epoch(room) })
    }
    for (const [room, members] of this.#members.entries()) {
      const head = this.#seqs[room] ?? 0
      for (const client of members)
        for (const other of members)
          if (other !== client)
            this.#rows.add((this.#tNs += 1000), 'receipt', { client, session: 1, room, seq: head, rev: head, value: this.#names.idOf(`user-${other}`) })
    }
    this.#tNs += 4000 * millisecond
    this.#rows.add(this.#tNs, 'settled', { value: 1 })
    this.#rows.add(this.#tNs, 'lag', { value: 1000 })
  }

  #audit(owners: Int32Array): void {
    const { rooms, clients } = this.#options
    const next = new Int32Array(rooms)
    const at = (): number => (this.#tNs += 1000)
    for (let client = 0; client < clients; client++) {
      const room = client % rooms
      const seq = (next[room] = (next[room] ?? 0) + 1)
      this.#rows.add(at(), 'storedEntry', { client, room, seq, rev: this.#epoch(room), value: entryKinds.join })
      for (const layer of [2, 4]) this.#rows.add(at(), 'auditedEntry', { room, seq, value: entryKinds.join, layer })
    }
    for (const [message, client] of owners.entries()) {
      const room = message % rooms
      const seq = (next[room] = (next[room] ?? 0) + 1)
      const about = { room, message, seq }
      this.#rows.add(at(), 'stored', { ...about, client, session: this.#names.idOf(`node-${(client % nodeCount) + 1}`), rev: seq, value: hashOf(message) })
      this.#rows.add(at(), 'storedId', { ...about, rev: this.#epoch(room), value: this.#names.idOf(`server-${message}`) })
      for (const layer of [2, 4]) this.#rows.add(at(), 'audited', { ...about, rev: seq, value: hashOf(message), layer })
    }
    for (let room = 0; room < rooms; room++)
      for (const layer of [1, 2, 4]) this.#rows.add(at(), 'auditHead', { room, seq: next[room] ?? 0, value: this.#epoch(room), layer })
  }

  #leave(): void {
    for (let client = 0; client < this.#options.clients; client++)
      this.#rows.add((this.#tNs += 1000), 'disconnect', { client, session: 1, value: this.#names.idOf('client leaves') })
    for (let node = 0; node < nodeCount; node++) {
      this.#rows.add((this.#tNs += 1000), 'residue', { session: this.#names.idOf(`node-${node + 1}`), layer: 2, seq: 0, value: residues.sockets })
      this.#rows.add((this.#tNs += 1000), 'nodeExited', { value: this.#names.idOf(`node-${node + 1}`), seq: 0, layer: 1 })
      this.#journal.add(this.#tNs, node, 'closed', -1, -1, 0, -1)
    }
    this.#rows.add((this.#tNs += 1000), 'writerCount', { value: this.#rows.columns.length + 1 })
  }
}

/** Stands for the hash of a body. */
function hashOf(message: number): number {
  return Math.imul(message + 1, 0x01000193)
}
