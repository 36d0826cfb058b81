/**
 * This node's right to serve sockets. Others may take a node for gone once its lease has run out by the store's clock, and tell a
 * moderator that a kick is done; so past its own deadline a node sends nothing more, drops its sockets and forgets its rooms.
 * Subtle: its own deadline is counted from before the renewal was sent, by a clock that goes on while the process is stopped; so it
 * comes earlier than the store's.
 */
import type { LeaseStore } from './lease-store.ts'

export interface LeaseOptions {
  store: LeaseStore
  bootId: string
  node: string
  leaseMs: number
  /** The next renewal begins this long after the last one that succeeded. */
  renewMs: number
  /** Goes on while the process is stopped. */
  monotonicMs: () => number
  /** In the step that notices it. */
  onLost: () => void
}

export class Lease {
  readonly #options: LeaseOptions
  #renewedAtMs = -Infinity
  #isHeld = false

  constructor(options: LeaseOptions) {
    this.#options = options
  }

  /** To be asked in the same step as each emit that it allows. */
  isHeld(): boolean {
    const { leaseMs, monotonicMs, onLost } = this.#options
    if (!this.#isHeld || monotonicMs() < this.#renewedAtMs + leaseMs) return this.#isHeld
    this.#isHeld = false
    onLost()
    return false
  }

  unready(): string | null {
    return this.isHeld() ? null : 'its lease has run out'
  }

  /** Renews when it is time. Rejects when the store doesn't answer; the lease is then what it was. */
  async round(): Promise<void> {
    const { store, bootId, node, leaseMs, renewMs, monotonicMs } = this.#options
    const beganAtMs = monotonicMs()
    if (beganAtMs - this.#renewedAtMs < renewMs) return
    await store.renew({ bootId, node, leaseMs })
    // It may have run out during the renewal: what this node holds is stale all the same.
    this.isHeld()
    if (monotonicMs() >= beganAtMs + leaseMs) return
    this.#renewedAtMs = beganAtMs
    this.#isHeld = true
  }

  /** After the last socket has gone. */
  async release(): Promise<void> {
    this.#isHeld = false
    await this.#options.store.release(this.#options.bootId)
  }
}
