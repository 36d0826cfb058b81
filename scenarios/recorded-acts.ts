/** The record of what a client asked for besides sending: changes of messages and members, and requests that change no record. */
import { askEnds, asks, changeKinds, pageAsks, recordBits, traversalShift, traversals } from '../reports/history/codes.ts'
import { messagesPerClient } from '../reports/history/kinds.ts'
import { bodyHash, recordHash } from '../reports/history/record-hash.ts'
import { none, type ClientRows } from './client-rows.ts'
import type { ActResult, ShownMessage } from './driver.ts'
import { makeBody } from './message-body.ts'
import type { OwnMessage, OwnMessages } from './own-messages.ts'

export type ChangeKind = keyof typeof changeKinds
export type Ask = keyof typeof asks
/** Call once, with what became of it. */
export type Ended = (result: ActResult) => void

/** A message to be changed: `message` is its id in the history. */
export interface ChangeTarget {
  room: string
  id: string
  seq: number
  message: number
  own: OwnMessage | null
}

interface HistoryPage {
  from: number
  to: number
  hasMore: boolean
  messages: readonly ShownMessage[]
}

/** Beyond the edits that its author may come to. */
const editByAnother = 1_000_000

const readBits = { page: 2, search: 4 } as const

export class RecordedActs {
  readonly #rows: ClientRows
  readonly #messages: OwnMessages
  readonly #random: () => number
  #changes = 0
  #asks = 0
  #traversals = 0

  constructor(rows: ClientRows, messages: OwnMessages, random: () => number) {
    this.#rows = rows
    this.#messages = messages
    this.#random = random
  }

  ownTarget(own: OwnMessage): ChangeTarget | null {
    return own.id === null ? null : { room: own.roomText, id: own.id, seq: own.seq, message: own.message, own }
  }

  shownTarget({ room, id, seq, senderId, record }: ShownMessage): ChangeTarget {
    const own = this.#messages.stored(room).find((one) => one.id === id) ?? null
    return { room, id, seq, message: this.#rows.messageOf(record.body, senderId), own }
  }

  /** The body of the next edit: it keeps the identity of its message, whoever edits it. Null for a message of nobody of the run. */
  editedBody({ own, message, room }: ChangeTarget, bytes: number): string | null {
    if (message < 0) return null
    if (own !== null) own.edits++
    return makeBody(Math.floor(message / messagesPerClient), message % messagesPerClient, room, bytes, this.#random, own?.edits ?? editByAnother)
  }

  /** `brings`: the new body, the emoji or the user. */
  change(kind: ChangeKind, room: string, target: ChangeTarget | null, brings: string | null): Ended {
    const number = this.#changes++
    if (kind === 'delete' && target?.own) this.#messages.forget(target.own)
    const [roomName, message, code] = [this.#rows.name(room), target?.message ?? none, changeKinds[kind]]
    this.#rows.row('changeInvoked', roomName, message, number, brings === null ? none : bodyHash(brings), code)
    return (result) => {
      if (result.kind === 'ok') this.#rows.row('changeOk', roomName, message, number, result.seq ?? none, code)
      else if (result.kind === 'failed') this.#rows.row('changeFailed', roomName, message, number, this.#rows.name(result.code), code)
      else this.#rows.row('changeUnknown', roomName, message, number, this.#rows.name(result.why), code)
    }
  }

  ask(kind: Ask, room: string | null): Ended {
    const number = this.#asks++
    const roomName = room === null ? none : this.#rows.name(room)
    this.#rows.row('askInvoked', roomName, none, number, none, asks[kind])
    return (result) => {
      const why = result.kind === 'ok' ? none : this.#rows.name(result.kind === 'failed' ? result.code : result.why)
      this.#rows.row('askEnded', roomName, none, number, why, asks[kind], askEnds[result.kind])
    }
  }

  /** `asked`: how its place in the room was named; null: by a seq of its own. */
  /** The number of a traversal that begins. */
  traversal(): number {
    return this.#traversals++ % traversals
  }

  page(room: string, page: HistoryPage, asked: keyof typeof pageAsks | null, traversal: number): void {
    const bits = (page.hasMore ? 1 : 0) | (asked === null ? 0 : pageAsks[asked]) | (traversal << traversalShift)
    this.#rows.row('pageRead', this.#rows.name(room), none, page.from, page.to, page.messages.length, bits)
    this.#read(page.messages, readBits.page)
  }

  search(query: string, room: string | null, hits: readonly ShownMessage[], limit: number): void {
    this.#rows.row('searchRead', room === null ? none : this.#rows.name(room), none, hits.length, limit, this.#rows.name(query))
    this.#read(hits, readBits.search)
  }

  /** What is shown of a room at the end, in the order in which it is shown. */
  view(room: string, messages: readonly ShownMessage[]): void {
    const roomName = this.#rows.name(room)
    this.#rows.row('viewShown', roomName, none, messages.length)
    for (const { seq, rev, senderId, record } of messages) {
      const message = this.#rows.messageOf(record.body, senderId)
      this.#rows.row('viewMessage', roomName, message, seq, rev, recordHash(record))
      this.#rows.author(roomName, message, seq, senderId)
    }
  }

  skipped(verb: string): void {
    this.#rows.row('actSkipped', none, none, none, none, this.#rows.name(verb))
  }

  #read(messages: readonly ShownMessage[], bit: number): void {
    for (const { room, seq, rev, senderId, record } of messages) {
      const [roomName, message] = [this.#rows.name(room), this.#rows.messageOf(record.body, senderId)]
      this.#rows.row('readMessage', roomName, message, seq, rev, recordHash(record), bit | (record.body === null ? recordBits.stub : 0))
      this.#rows.author(roomName, message, seq, senderId)
    }
  }
}
