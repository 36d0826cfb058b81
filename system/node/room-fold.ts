/**
 * The folded state of one room on one node, up to its known head: every entry <= head is read and folded, here and in the records of
 * messages.
 */
import { pageLimit } from '../protocol.ts'
import { coalesce } from './coalesce.ts'
import { wireOf } from './entries.ts'
import { foldEntry } from './folding.ts'
import { foldMembership } from './folds.ts'
import { MessageStates } from './message-states.ts'
import type { WireEntry } from '../protocol.ts'
import type { StoredEntry } from './entries.ts'
import type { Membership } from './folds.ts'
import type { LogStore } from './log-store.ts'

export interface RoomFoldOptions {
  roomId: string
  epoch: string
  /** Membership as saved, at least up to `foldedThrough`; the other two as well. */
  membership: Membership
  /** Ids of the messages that are held for review. */
  held: Set<string>
  isClosed: boolean
  foldedThrough: number
  log: Omit<LogStore, 'readHeads' | 'findHeld' | 'findCarriers'>
  /** Right after an entry is folded, in seq order, in the same step. */
  onFolded: (roomId: string, entry: WireEntry) => void
}

export class RoomFold {
  readonly roomId: string
  readonly epoch: string
  readonly membership: Membership
  /** Ids of the messages that are held for review. */
  readonly held: Set<string>
  /** Users whose membership changed since it was last saved. */
  readonly unsaved = new Set<string>()
  /** Resolves when everything that was stored at the call is folded. Rejects when the store doesn't answer. */
  readonly catchUp: () => Promise<void>
  protected readonly messages: MessageStates
  readonly #log: RoomFoldOptions['log']
  readonly #onFolded: RoomFoldOptions['onFolded']
  #head: number
  #isClosed: boolean

  constructor(options: RoomFoldOptions) {
    this.roomId = options.roomId
    this.epoch = options.epoch
    this.membership = options.membership
    this.held = options.held
    this.messages = new MessageStates(options)
    this.#log = options.log
    this.#onFolded = options.onFolded
    this.#head = options.foldedThrough
    this.#isClosed = options.isClosed
    this.catchUp = coalesce(() => this.#readPastHead())
  }

  get head(): number {
    return this.#head
  }
  /** Ended for good. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /**
   * Takes entries that another node publishes: it has folded them into the records already, so here they change the room's state only.
   * Gives false when there is a gap before the first new one.
   */
  observe(entries: readonly WireEntry[]): boolean {
    for (const entry of entries) {
      if (entry.seq <= this.#head) continue
      if (entry.seq !== this.#head + 1) return false
      this.#head = entry.seq
      const changed = foldMembership(this.membership, entry)
      if (changed !== null) this.unsaved.add(changed)
      this.messages.observe(entry)
      this.#foldHeld(entry)
      if (entry.kind === 'closed') this.#isClosed = true
      this.#onFolded(this.roomId, entry)
    }
    return true
  }

  /** Folds entries that were read from the log: into the records first, then here. False as above; rejects when the store doesn't answer. */
  async fold(entries: readonly StoredEntry[]): Promise<boolean> {
    for (const entry of entries) {
      if (entry.seq <= this.#head) continue
      if (entry.seq !== this.#head + 1) return false
      if (entry.kind !== 'message' && entry.kind !== 'join') await foldEntry(this.#log, entry)
      // Another fold may have come by during the wait; then this one finds it done.
      this.observe([wireOf(entry)])
    }
    return true
  }

  #foldHeld({ change }: WireEntry): void {
    if (change?.kind === 'moderate' && change.action === 'hold') this.held.add(change.messageId)
    else if (change?.kind === 'moderate' || change?.kind === 'delete') this.held.delete(change.messageId)
  }

  async #readPastHead(): Promise<void> {
    for (let more = true; more;) {
      const after = this.#head
      await this.fold(await this.#log.readWindow({ roomId: this.roomId, epoch: this.epoch, after, upTo: after + pageLimit }))
      more = this.#head >= after + pageLimit
    }
  }
}
