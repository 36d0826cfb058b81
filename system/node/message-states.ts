/** What a room's queue must know of the messages that are being changed: enough to authorise a change and to compute its previousRev. */
import type { WireEntry } from '../protocol.ts'
import type { StoredEntry } from './entries.ts'

export interface MessageState {
  seq: number
  senderId: string
  /** Seq of the last entry folded into the message. */
  rev: number
  /** Deleted, removed or purged: nothing changes it any more. */
  isGone: boolean
  isHeld: boolean
}
export type ReadMessages = (ids: readonly string[]) => Promise<StoredEntry[]>

const keptMessages = 2000

/**
 * Read from the records once, then kept true by every entry that is folded.
 * Subtle: a record that is read may miss an entry folded during the read, so such a one is read again; it may also be ahead of this
 * node's known head, which is harmless: an append then meets the entry that it doesn't know, and is authorised anew.
 */
export class MessageStates {
  readonly #place: { roomId: string; epoch: string }
  readonly #states = new Map<string, MessageState>()
  /** Ids being read, and whether an entry about them was folded meanwhile. */
  readonly #reading = new Map<string, boolean>()

  constructor(place: { roomId: string; epoch: string }) {
    this.#place = place
  }

  readonly get = (id: string): MessageState | undefined => this.#states.get(id)

  /** Afterwards `get` knows each of them that is a message of this room. One caller at a time. */
  async load(ids: readonly string[], read: ReadMessages): Promise<void> {
    if (this.#states.size > keptMessages) this.#states.clear()
    for (let missing = this.#missing(ids); missing.length > 0; missing = [...this.#reading].flatMap(([id, isStale]) => (isStale ? id : []))) {
      this.#reading.clear()
      for (const id of missing) this.#reading.set(id, false)
      const found = await read(missing)
      for (const entry of found) if (this.#reading.get(entry._id) === false) this.#take(entry)
    }
    this.#reading.clear()
  }

  observe({ kind, seq, change }: WireEntry): void {
    if (change === undefined) return
    if (change.kind === 'purged') {
      for (const state of this.#states.values()) if (state.seq <= change.throughSeq) state.isGone = true
      for (const id of this.#reading.keys()) this.#reading.set(id, true)
    }
    if (!('messageId' in change)) return
    if (this.#reading.has(change.messageId)) this.#reading.set(change.messageId, true)
    const state = this.#states.get(change.messageId)
    if (state === undefined || state.rev >= seq) return
    state.rev = seq
    if (kind === 'delete') state.isGone = true
    if (change.kind !== 'moderate') return
    state.isHeld = change.action === 'hold'
    if (change.action === 'remove') state.isGone = true
  }

  #missing(ids: readonly string[]): string[] {
    return [...new Set(ids)].filter((id) => !this.#states.has(id))
  }

  #take({ _id, roomId, epoch, kind, seq, actorId, rev = seq, senderId = actorId, deleted, moderation }: StoredEntry): void {
    if (kind !== 'message' || roomId !== this.#place.roomId || epoch !== this.#place.epoch) return
    this.#states.set(_id, { seq, senderId, rev, isGone: deleted !== undefined || moderation?.state === 'removed', isHeld: moderation?.state === 'held' })
  }
}
