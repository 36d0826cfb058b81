/**
 * Writes what one client meant, did and saw, row by row, as reports/history/kinds.ts says. It outlives the client's sockets:
 * sessions are numbered here. Nothing is decided here; the checks do that from the rows.
 */
import { bodyHash, entryKinds, kinds, layers, messagesPerClient, statuses } from '../reports/history/kinds.ts'
import type { HistoryWriter } from '../reports/history/writer.ts'
import type { Observer, Outcome, Status } from './driver.ts'
import type { LoadMeter } from './load-meter.ts'
import { makeBody, messageIdOf } from './message-body.ts'

/** Intended times in nanoseconds since the start of the run, by client number and counter; only of clients in this process. */
export type IntendedTimes = (Float64Array | undefined)[]

export interface RecorderParts {
  client: number
  writer: HistoryWriter
  meter: LoadMeter
  intendedTimes: IntendedTimes
  nowNs: () => number
  random: () => number
}

const none = -1
const entryKindCodes = new Map<string, number>(Object.entries(entryKinds))

interface OwnMessage {
  message: number
  room: number
  roomText: string
}

export class RecordedClient implements Observer {
  readonly client: number
  readonly #writer: HistoryWriter
  readonly #meter: LoadMeter
  readonly #intendedTimes: IntendedTimes
  readonly #nowNs: () => number
  readonly #random: () => number
  /** clientMessageId -> own message id; the room beside it, for rows that come without one. */
  readonly #messages = new Map<string, OwnMessage>()
  readonly #clientSeqs = new Map<number, number>()
  /** The message that is just being handed to the client: the client may speak of it before `send` returns its id. */
  #handing: OwnMessage | null = null
  #counter = 0
  #session = none
  #sessions = 0
  #stopped = false

  constructor(parts: RecorderParts) {
    this.client = parts.client
    this.#writer = parts.writer
    this.#meter = parts.meter
    this.#intendedTimes = parts.intendedTimes
    this.#nowNs = parts.nowNs
    this.#random = parts.random
    parts.intendedTimes[parts.client] = new Float64Array(256)
  }

  /** The record ends when the run ends it: closing the client afterwards is not part of what is judged. */
  stop(): void {
    if (this.#session !== none) this.#meter.connected--
    this.#session = none
    this.#stopped = true
  }

  expected(stays: boolean): void {
    this.#row('expected', none, none, none, none, none, stays ? 1 : 0)
  }

  joinInvoked(room: string): void {
    this.#row('joinInvoked', this.#session, this.#writer.name(room))
  }

  /** Records the intent at its intended time, then hands the message to the client. Returns false when this client has used up its message ids. */
  talk(room: string, intendedNs: number, bytes: number, send: (room: string, body: string) => string): boolean {
    if (this.#counter >= messagesPerClient) return false
    const counter = this.#counter++
    const message = this.client * messagesPerClient + counter
    const body = makeBody(this.client, counter, room, bytes, this.#random)
    const roomName = this.#writer.name(room)
    this.#keepIntended(counter, intendedNs)
    this.#meter.intended++
    if (!this.#stopped)
      this.#writer.row(intendedNs, this.client, this.#session, roomName, kinds.intended.code, 0, message, none, Buffer.byteLength(body), bodyHash(body))
    this.#handing = { message, room: roomName, roomText: room }
    try {
      this.#own(send(room, body))
    } finally {
      this.#handing = null
    }
    return true
  }

  connected(node: string, bootId: string): void {
    if (this.#stopped) return
    if (this.#session === none) this.#meter.connected++
    this.#session = ++this.#sessions
    this.#row('connect', this.#session, none, none, none, this.#writer.name(bootId), this.#writer.name(node))
  }

  disconnected(reason: string): void {
    if (this.#stopped || this.#session === none) return
    this.#row('disconnect', this.#session, none, none, none, none, this.#writer.name(reason))
    this.#meter.connected--
    this.#session = none
  }

  delivery(room: string, kind: string, seq: number, rev: number, body: string | null, senderId: string, layerBits: number): void {
    if (this.#stopped) return
    const nowNs = this.#nowNs()
    const roomName = this.#writer.name(room)
    if (kind !== 'message') {
      this.#writer.row(nowNs, this.client, this.#session, roomName, kinds.entry.code, layerBits, none, seq, rev, entryKindCodes.get(kind) ?? none)
      return
    }
    const own = body === null ? none : messageIdOf(body)
    const message = own >= 0 ? own : this.#foreign(room, seq, body, senderId)
    this.#writer.row(nowNs, this.client, this.#session, roomName, kinds.delivery.code, layerBits, message, seq, rev, body === null ? none : bodyHash(body))
    if ((layerBits & layers.applied) === 0) return
    this.#meter.applied++
    if (own < 0 || (layerBits & layers.page) !== 0) return
    const intendedNs = this.#intendedTimes[Math.floor(own / messagesPerClient)]?.[own % messagesPerClient] ?? 0
    if (intendedNs > 0) this.#meter.deliveryNs(nowNs - intendedNs)
  }

  attempt(clientMessageId: string, attempt: number, usedId: string): void {
    const own = this.#own(clientMessageId)
    if (own !== null) this.#row('attempt', this.#session, own.room, own.message, attempt, none, this.#writer.name(usedId))
  }

  outcome(clientMessageId: string, outcome: Outcome, attempt: number): void {
    const own = this.#own(clientMessageId)
    if (own === null) return
    if (outcome.kind === 'ok') {
      this.#meter.ackedIn(own.roomText)
      const intendedNs = this.#intendedTimes[this.client]?.[own.message % messagesPerClient] ?? 0
      if (intendedNs > 0) this.#meter.ackNs(this.#nowNs() - intendedNs)
      this.#row(
        'ok',
        this.#session,
        own.room,
        own.message,
        outcome.seq,
        this.#writer.name(outcome.epoch),
        this.#writer.name(outcome.id),
        outcome.duplicate ? 1 : 0,
      )
    } else if (outcome.kind === 'failed') {
      this.#meter.failed++
      this.#row('failed', this.#session, own.room, own.message, none, none, this.#writer.name(outcome.code))
    } else {
      this.#meter.unknown++
      this.#row('unknown', this.#session, own.room, own.message, attempt, none, this.#writer.name(outcome.why))
    }
  }

  status(clientMessageId: string, status: Status): void {
    const own = this.#own(clientMessageId)
    if (own !== null) this.#row('status', this.#session, own.room, own.message, none, none, statuses[status])
  }

  syncBegin(room: string, appliedSeq: number, generation: number): void {
    this.#row('syncBegin', this.#session, this.#writer.name(room), none, appliedSeq, generation)
  }

  syncComplete(room: string, head: number, epoch: string, generation: number): void {
    this.#row('syncComplete', this.#session, this.#writer.name(room), none, head, generation, this.#writer.name(epoch))
  }

  syncReset(room: string, head: number, reason: string, generation: number): void {
    this.#row('syncReset', this.#session, this.#writer.name(room), none, head, generation, this.#writer.name(reason))
  }

  heartbeat(room: string, head: number, epoch: string): void {
    this.#row('heartbeat', this.#session, this.#writer.name(room), none, head, none, this.#writer.name(epoch))
  }

  watermark(room: string, deliveredSeq: number, readSeq: number): void {
    this.#row('watermark', this.#session, this.#writer.name(room), none, deliveredSeq, readSeq)
  }

  receipt(room: string, user: string, deliveredSeq: number, readSeq: number): void {
    this.#row('receipt', this.#session, this.#writer.name(room), none, deliveredSeq, readSeq, this.#writer.name(user))
  }

  joined(room: string, seq: number, epoch: string): void {
    this.#row('joined', this.#session, this.#writer.name(room), none, seq, this.#writer.name(epoch))
  }

  rangeAsked(room: string, after: number, upTo: number): void {
    this.#row('rangeAsked', this.#session, this.#writer.name(room), none, after, upTo)
  }

  #row(kind: keyof typeof kinds, session: number, room: number, message = none, seq = none, rev = none, value = none, layer = 0): void {
    if (!this.#stopped) this.#writer.row(this.#nowNs(), this.client, session, room, kinds[kind].code, layer, message, seq, rev, value)
  }

  /** The own message of that clientMessageId. Subtle: at its first sight it is bound to the message being handed over, and `invoked` is written before anything else about it. */
  #own(clientMessageId: string): OwnMessage | null {
    const known = this.#messages.get(clientMessageId)
    if (known !== undefined) return known
    const own = this.#handing
    if (own === null) return null
    this.#handing = null
    this.#messages.set(clientMessageId, own)
    const clientSeq = (this.#clientSeqs.get(own.room) ?? 0) + 1
    this.#clientSeqs.set(own.room, clientSeq)
    this.#meter.invoked++
    this.#row('invoked', this.#session, own.room, own.message, clientSeq, none, this.#writer.name(clientMessageId))
    return own
  }

  #foreign(room: string, seq: number, body: string | null, senderId: string): number {
    const identity = body === null ? `stub:${room}:${seq}` : `foreign:${senderId}:${body.slice(0, 64)}`
    return -this.#writer.name(identity) - 2
  }

  #keepIntended(counter: number, intendedNs: number): void {
    let times = this.#intendedTimes[this.client] ?? new Float64Array(256)
    if (counter >= times.length) {
      const longer = new Float64Array(times.length * 2)
      longer.set(times)
      times = longer
    }
    times[counter] = intendedNs
    this.#intendedTimes[this.client] = times
  }
}
