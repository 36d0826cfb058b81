/** The rows of one client of the run: number and session are filled in here, and nothing is written once the record is stopped. Sessions are numbered from 1. */
import { kinds, messagesPerClient, type Kind } from '../reports/history/kinds.ts'
import type { HistoryWriter } from '../reports/history/writer.ts'
import { messageIdOf } from './message-body.ts'

/** What a column that isn't used holds. */
export const none = -1

export class ClientRows {
  readonly client: number
  readonly nowNs: () => number
  stopped = false
  /** Those that last, by room; a client has one for all rooms (under -1), or one a room. */
  readonly #sessions = new Map<number, number>()
  #begun = 0
  /** By client number: the user as whose its messages were shown last. */
  readonly #authors = new Map<number, string>()
  readonly #writer: HistoryWriter

  constructor(client: number, writer: HistoryWriter, nowNs: () => number) {
    this.client = client
    this.#writer = writer
    this.nowNs = nowNs
  }

  get online(): boolean {
    return this.#sessions.size > 0
  }

  begin(room: number): void {
    this.#sessions.set(room, ++this.#begun)
  }

  has(room: number): boolean {
    return this.#sessions.has(room)
  }

  end(room: number): void {
    this.#sessions.delete(room)
  }

  endAll(): void {
    this.#sessions.clear()
  }

  /** The session that carries this room, -1 when offline. */
  sessionOf(room: number): number {
    return this.#sessions.get(room) ?? this.#sessions.get(none) ?? none
  }

  name(text: string): number {
    return this.#writer.name(text)
  }

  /** The message id that a body stands for: own, foreign, or -1 for a stub. */
  messageOf(body: string | null, senderId: string): number {
    if (body === null) return none
    const own = messageIdOf(body)
    return own >= 0 ? own : -this.name(`foreign:${senderId}:${body.slice(0, 64)}`) - 2
  }

  /** Who a message is shown to be of. Called for each delivery: a row only where that is news. */
  author(room: number, message: number, seq: number, senderId: string): void {
    if (message < 0) return
    const sender = Math.floor(message / messagesPerClient)
    if (this.#authors.get(sender) === senderId) return
    this.#authors.set(sender, senderId)
    this.row('author', room, message, seq, none, this.name(senderId))
  }

  /** Plain arguments: it is called for each delivery. `tNs`: now, unless the row is about another time. */
  row(kind: Kind, room: number, message = none, seq = none, rev = none, value = none, layer = 0, tNs = this.nowNs()): void {
    if (!this.stopped) this.#writer.row(tNs, this.client, this.sessionOf(room), room, kinds[kind].code, layer, message, seq, rev, value)
  }

  /** Of a plain HTTP request, which belongs to no session: its status takes that place, null when no answer came. */
  request(kind: 'fileStep' | 'fileRead', room: number, httpStatus: number | null, seq: number, rev: number, value: number, layer: number): void {
    if (!this.stopped) this.#writer.row(this.nowNs(), this.client, httpStatus ?? none, room, kinds[kind].code, layer, none, seq, rev, value)
  }
}
