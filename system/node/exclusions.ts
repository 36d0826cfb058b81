/**
 * Kicks and bans are done only when every node that may serve sockets has confirmed: it has folded the entry, and the user's sockets are
 * out of the room. Which nodes that are is told by leases in the store, never by the adapter.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { ConfirmationStore, Exclusion } from './confirmations.ts'
import type { Journal } from './journal.ts'
import type { LeaseStore } from './lease-store.ts'
import type { Rooms } from './rooms.ts'

export interface ExclusionOptions {
  confirmations: ConfirmationStore
  leases: LeaseStore
  rooms: Pick<Rooms, 'known'>
  journal: Pick<Journal, 'write'>
  node: string
  bootId: string
  /** How long an ack waits for the other nodes. */
  waitMs: number
  nowMs: () => number
}

const firstLookMs = 10
const longestLookMs = 160

export class Exclusions {
  readonly #options: ExclusionOptions

  constructor(options: ExclusionOptions) {
    this.#options = options
  }

  /**
   * Says that this node is done with it. A room that it doesn't hold has no sockets here, and whoever opens it reads the entry first; one
   * that is being opened may have been read before the entry, so it catches up.
   */
  async confirm(exclusion: Exclusion): Promise<void> {
    const { confirmations, rooms, journal, node, bootId } = this.#options
    const room = await rooms.known(exclusion.room)
    if (room !== null && room !== undefined && room.epoch === exclusion.epoch) {
      if (room.head < exclusion.seq) await room.catchUp()
      if (room.head < exclusion.seq) throw new Error(`seq ${exclusion.seq} of ${exclusion.room} is not readable yet`)
    }
    await confirmations.confirm(exclusion, { node, bootId })
    journal.write('confirmed', { room: exclusion.room, seq: exclusion.seq })
  }

  /** Waits for the other nodes; `pending` when one of them hasn't confirmed in time. Ask again as often as wanted. */
  async settle(exclusion: Exclusion): Promise<'done' | 'pending'> {
    const { waitMs, nowMs } = this.#options
    const deadlineMs = nowMs() + waitMs
    await this.confirm(exclusion)
    for (let lookMs = firstLookMs; ; lookMs = Math.min(lookMs * 2, longestLookMs)) {
      if (await this.#isDone(exclusion.id)) return 'done'
      if (nowMs() + lookMs > deadlineMs) return 'pending'
      await delay(lookMs)
    }
  }

  /** Confirms what others wait for and no publish has told: the repair, for rooms too that nobody here is in. */
  async round(): Promise<void> {
    const { confirmations, bootId } = this.#options
    for (const { _id: id, room, epoch, seq, nodes } of await confirmations.pending()) {
      if (nodes.some((confirmed) => confirmed.bootId === bootId)) await this.#isDone(id)
      else await this.confirm({ id, room, epoch, seq })
    }
  }

  async #isDone(id: string): Promise<boolean> {
    const { confirmations, leases } = this.#options
    // Leases first: a node that gets its lease after this reads the entry before it serves anybody.
    const live = await leases.live()
    const found = await confirmations.find(id)
    if (found === null) return false
    if (found.state === 'done') return true
    const confirmed = new Set(found.nodes.map((node) => node.bootId))
    if (!live.every((bootId) => confirmed.has(bootId))) return false
    await confirmations.finish(id)
    return true
  }
}
