/** What a client of the run has sent: which own message each clientMessageId stands for, when it was wanted, and which are stored. */
import { messagesPerClient } from '../reports/history/kinds.ts'
import { none, type ClientRows } from './client-rows.ts'

/** Intended times in nanoseconds since the start of the run, by client number and counter; only of clients in this process. */
export type IntendedTimes = (Float64Array | undefined)[]

export interface OwnMessage {
  /** Own message id of the history. */
  message: number
  /** Name id of the room. */
  room: number
  roomText: string
  /** Server id; null until it is acked. */
  id: string | null
  seq: number
  edits: number
}

/** Stored messages that are remembered, to be changed later. */
const rememberLimit = 64

export class OwnMessages {
  readonly #rows: ClientRows
  readonly #intendedTimes: IntendedTimes
  readonly #byId = new Map<string, OwnMessage>()
  #stored: OwnMessage[] = []
  /** Highest clientSeq by room, of each device. */
  readonly #devices = new Map<string, Map<number, number>>()
  #clientSeqs = new Map<number, number>()
  /** The message that is just being handed to the client: the client may speak of it before `send` returns its id. */
  #handing: OwnMessage | null = null
  #counter = 0

  constructor(rows: ClientRows, device: string, intendedTimes: IntendedTimes) {
    this.#rows = rows
    this.onDevice(device)
    this.#intendedTimes = intendedTimes
    intendedTimes[rows.client] = new Float64Array(256)
  }

  /** The next message of this client, or null when it has used up its ids. */
  next(roomText: string, intendedNs: number): OwnMessage | null {
    if (this.#counter >= messagesPerClient) return null
    const counter = this.#counter++
    this.#keepIntended(counter, intendedNs)
    return { message: this.#rows.client * messagesPerClient + counter, room: this.#rows.name(roomText), roomText, id: null, seq: none, edits: 0 }
  }

  /** Hands a message over; whatever the client says meanwhile of an id that is new belongs to it. */
  hand(own: OwnMessage, send: () => string): void {
    this.#handing = own
    try {
      this.of(send())
    } finally {
      this.#handing = null
    }
  }

  /** The own message of that clientMessageId. Subtle: at its first sight it is bound to the message being handed over, and `invoked` is written before anything else about it. */
  of(clientMessageId: string): OwnMessage | null {
    const known = this.#byId.get(clientMessageId)
    if (known !== undefined) return known
    const own = this.#handing
    if (own === null) return null
    this.#handing = null
    this.#byId.set(clientMessageId, own)
    const clientSeq = (this.#clientSeqs.get(own.room) ?? 0) + 1
    this.#clientSeqs.set(own.room, clientSeq)
    this.#rows.row('invoked', own.room, own.message, clientSeq, none, this.#rows.name(clientMessageId))
    return own
  }

  acked(own: OwnMessage, id: string, seq: number): void {
    if (own.id !== null) return
    own.id = id
    own.seq = seq
    this.#stored.push(own)
    if (this.#stored.length >= 2 * rememberLimit) this.#stored = this.#stored.slice(-rememberLimit)
  }

  /** Stored ones of a room that may still be changed, the newest last. */
  stored(room: string): readonly OwnMessage[] {
    return this.#stored.filter((own) => own.roomText === room)
  }

  /** A deleted message is changed no more. */
  forget(own: OwnMessage): void {
    this.#stored = this.#stored.filter((other) => other !== own)
  }

  /** Each device counts its own clientSeqs, and goes on where it was. */
  onDevice(device: string): void {
    this.#clientSeqs = this.#devices.get(device) ?? new Map<number, number>()
    this.#devices.set(device, this.#clientSeqs)
  }

  /** Of any client in this process; 0 when not known. */
  intendedNs(message: number): number {
    return this.#intendedTimes[Math.floor(message / messagesPerClient)]?.[message % messagesPerClient] ?? 0
  }

  #keepIntended(counter: number, intendedNs: number): void {
    let times = this.#intendedTimes[this.#rows.client] ?? new Float64Array(256)
    if (counter >= times.length) {
      const longer = new Float64Array(times.length * 2)
      longer.set(times)
      times = longer
    }
    times[counter] = intendedNs
    this.#intendedTimes[this.#rows.client] = times
  }
}
