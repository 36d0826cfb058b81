/**
 * Writes what one client meant, did and saw, row by row, as reports/history/kinds.ts says. It outlives the client's sockets:
 * sessions are numbered here. Nothing is decided here; the checks do that from the rows.
 */
import { entryKindCode, layers, presences, recordBits, statuses } from '../reports/history/codes.ts'
import { messagesPerClient } from '../reports/history/kinds.ts'
import { bodyHash, recordHash } from '../reports/history/record-hash.ts'
import type { HistoryWriter } from '../reports/history/writer.ts'
import { ClientRows, none } from './client-rows.ts'
import type { ClientObserver, Outcome, RecordContent, Status } from './driver.ts'
import type { FileContent } from '../system/client/observer.ts'
import type { PresenceView } from '../system/protocol.ts'
import type { LoadMeter } from './load-meter.ts'
import { makeBody } from './message-body.ts'
import { OwnMessages, type IntendedTimes } from './own-messages.ts'
import { RecordedActs } from './recorded-acts.ts'
import { RecordedFiles } from './recorded-files.ts'

export interface RecorderParts {
  client: number
  /** The one that it begins on. */
  device: string
  writer: HistoryWriter
  meter: LoadMeter
  intendedTimes: IntendedTimes
  nowNs: () => number
  random: () => number
}

/** An answer to a message, as `send` wants it: the id, and the seq for the record. */
export interface ReplyTo {
  id: string
  seq: number
}

const wayBits = layers.live | layers.sync | layers.range | layers.page

export class RecordedClient implements ClientObserver {
  readonly messages: OwnMessages
  readonly acts: RecordedActs
  readonly files: RecordedFiles
  /** Rooms that it is no member of any more. */
  readonly gone = new Set<string>()
  #device: string
  readonly #rows: ClientRows
  readonly #meter: LoadMeter
  readonly #random: () => number

  constructor(parts: RecorderParts) {
    this.#rows = new ClientRows(parts.client, parts.writer, parts.nowNs)
    this.#meter = parts.meter
    this.#random = parts.random
    this.#device = parts.device
    this.messages = new OwnMessages(this.#rows, parts.device, parts.intendedTimes)
    this.files = new RecordedFiles(this.#rows)
    this.acts = new RecordedActs(this.#rows, this.messages, parts.random)
  }

  /** The one that the person is on now. */
  get device(): string {
    return this.#device
  }

  get client(): number {
    return this.#rows.client
  }

  /** The record ends when the run ends it: closing the client afterwards is not part of what is judged. */
  stop(): void {
    if (this.#rows.online) this.#meter.connected--
    this.#rows.endAll()
    this.#rows.stopped = true
  }

  expected(stays: boolean): void {
    this.#rows.row('expected', none, none, none, none, stays ? 1 : 0)
  }

  joinInvoked(room: string): void {
    this.#rows.row('joinInvoked', this.#rows.name(room))
  }

  /** Records the intent at its intended time, then hands the message to the client. Returns false when this client has used up its message ids. */
  talk(
    room: string,
    intendedNs: number,
    bytes: number,
    send: (room: string, body: string) => string,
    replyTo: ReplyTo | null = null,
    uploadId: string | null = null,
  ): boolean {
    const own = this.messages.next(room, intendedNs)
    if (own === null) return false
    const body = makeBody(this.client, own.message % messagesPerClient, room, bytes, this.#random)
    this.#meter.intended++
    this.#rows.row('intended', own.room, own.message, none, Buffer.byteLength(body), bodyHash(body), 0, intendedNs)
    this.messages.hand(own, () => send(room, body))
    this.#meter.invoked++
    if (replyTo !== null) this.#rows.row('repliesTo', own.room, own.message, replyTo.seq, none, this.#rows.name(replyTo.id))
    if (uploadId !== null) this.files.attached(own.room, own.message, uploadId)
    return true
  }

  connected(node: string, bootId: string, room: string | null): void {
    if (this.#rows.stopped) return
    if (!this.#rows.online) this.#meter.connected++
    const name = this.#nameOf(room)
    this.#rows.begin(name)
    this.#rows.row('connect', name, none, none, this.#rows.name(bootId), this.#rows.name(node))
  }

  disconnected(reason: string, room: string | null): void {
    const name = this.#nameOf(room)
    if (this.#rows.stopped || !this.#rows.has(name)) return
    this.#rows.row('disconnect', name, none, none, none, this.#rows.name(reason))
    this.#rows.end(name)
    if (!this.#rows.online) this.#meter.connected--
  }

  delivery(room: string, kind: string, seq: number, rev: number, body: string | null, senderId: string, layerBits: number): void {
    if (this.#rows.stopped) return
    const nowNs = this.#rows.nowNs()
    const roomName = this.#rows.name(room)
    if (kind !== 'message') return this.#rows.row('entry', roomName, none, seq, rev, entryKindCode(kind), layerBits, nowNs)
    const message = this.#rows.messageOf(body, senderId)
    this.#rows.row('delivery', roomName, message, seq, rev, body === null ? none : bodyHash(body), layerBits, nowNs)
    this.#rows.author(roomName, message, seq, senderId)
    if ((layerBits & layers.applied) === 0) return
    this.#meter.applied++
    if (message < 0 || (layerBits & layers.page) !== 0) return
    const intendedNs = this.messages.intendedNs(message)
    if (intendedNs > 0) this.#meter.deliveryNs(nowNs - intendedNs)
  }

  attempt(clientMessageId: string, attempt: number, usedId: string): void {
    const own = this.messages.of(clientMessageId)
    if (own !== null) this.#rows.row('attempt', own.room, own.message, attempt, none, this.#rows.name(usedId))
  }

  outcome(clientMessageId: string, outcome: Outcome, attempt: number): void {
    const own = this.messages.of(clientMessageId)
    if (own === null) return
    if (outcome.kind === 'ok') {
      this.#meter.ackedIn(own.roomText)
      const intendedNs = this.messages.intendedNs(own.message)
      if (intendedNs > 0) this.#meter.ackNs(this.#rows.nowNs() - intendedNs)
      this.#rows.row('ok', own.room, own.message, outcome.seq, this.#rows.name(outcome.epoch), this.#rows.name(outcome.id), outcome.duplicate ? 1 : 0)
      this.messages.acked(own, outcome.id, outcome.seq)
    } else if (outcome.kind === 'failed') {
      this.#meter.failed++
      this.#rows.row('failed', own.room, own.message, none, none, this.#rows.name(outcome.code))
    } else {
      this.#meter.unknown++
      this.#rows.row('unknown', own.room, own.message, attempt, none, this.#rows.name(outcome.why))
    }
  }

  status(clientMessageId: string, status: Status): void {
    const own = this.messages.of(clientMessageId)
    if (own !== null) this.#rows.row('status', own.room, own.message, none, none, statuses[status])
  }

  syncBegin(room: string, appliedSeq: number, generation: number): void {
    this.#rows.row('syncBegin', this.#rows.name(room), none, appliedSeq, generation)
  }

  syncComplete(room: string, head: number, epoch: string, generation: number): void {
    this.#rows.row('syncComplete', this.#rows.name(room), none, head, generation, this.#rows.name(epoch))
  }

  syncReset(room: string, head: number, reason: string, generation: number): void {
    this.#rows.row('syncReset', this.#rows.name(room), none, head, generation, this.#rows.name(reason))
  }

  heartbeat(room: string, head: number, epoch: string): void {
    this.#rows.row('heartbeat', this.#rows.name(room), none, head, none, this.#rows.name(epoch))
  }

  watermark(room: string, deliveredSeq: number, readSeq: number): void {
    this.#rows.row('watermark', this.#rows.name(room), none, deliveredSeq, readSeq)
  }

  receipt(room: string, user: string, deliveredSeq: number, readSeq: number): void {
    this.#rows.row('receipt', this.#rows.name(room), none, deliveredSeq, readSeq, this.#rows.name(user))
  }

  joined(room: string, seq: number, epoch: string): void {
    this.gone.delete(room)
    this.#rows.row('joined', this.#rows.name(room), none, seq, this.#rows.name(epoch))
  }

  rangeAsked(room: string, after: number, upTo: number): void {
    this.#rows.row('rangeAsked', this.#rows.name(room), none, after, upTo)
  }

  changed(room: string, seq: number, rev: number, record: RecordContent, layerBits: number): void {
    if (this.#rows.stopped) return
    const bits = (layerBits & wayBits) | (record.body === null ? recordBits.stub : 0)
    this.#rows.row('changed', this.#rows.name(room), this.#rows.messageOf(record.body, ''), seq, rev, recordHash(record), bits)
  }

  filesShown(room: string, seq: number, content: FileContent): void {
    this.files.shown(room, seq, content)
  }

  presence(user: string, view: PresenceView): void {
    this.#rows.row('presenceShown', none, none, none, this.#rows.name(user), presences[view.state])
  }

  typing(room: string, users: readonly string[]): void {
    this.#rows.row('typingShown', this.#rows.name(room), none, users.length, none, this.#rows.name(users.toSorted().join(',')))
  }

  left(room: string, seq: number, by: string, byAnother: boolean): void {
    this.gone.add(room)
    this.#rows.row('left', this.#rows.name(room), none, seq, none, this.#rows.name(by), byAnother ? 1 : 0)
  }

  /** The rows that follow are of a new client of the same person: on another device, or on the same one loaded anew. */
  replaced(device: string, isOther: boolean): void {
    this.#device = device
    this.messages.onDevice(device)
    this.#rows.row('clientReplaced', none, none, none, none, this.#rows.name(device), isOther ? 1 : 0)
  }

  #nameOf(room: string | null): number {
    return room === null ? none : this.#rows.name(room)
  }
}
