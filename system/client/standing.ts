/** Where a client stands with its node, told by what happens to its socket. Pure. */
export interface Standing {
  /** Changes with each greeting and each end. */
  session(): number
  greeted(): boolean
  /** Why there is no connection, or null. */
  pending(): string | null
  /** The connection is being opened; what was said of the end of the last one is past. */
  opening(): void
  /** The node's first event; false when this connection had it already. */
  greet(): boolean
  /** An attempt to connect failed. */
  failed(why: string): void
  /** The node says why it is about to end the connection. */
  closing(code: string): void
  /** `act` ends the connection; what is told of that end is this reason, unless the node gave one. */
  leave(reason: string, act: () => void): void
  /** The connection ended; why, when it had been greeted, else null. */
  end(reason: string): string | null
}

export function createStanding(): Standing {
  let session = 0
  let greeted = false
  let leaving: string | null = null
  let problem: string | null = null

  return {
    session: () => session,
    greeted: () => greeted,
    pending: () => (greeted ? null : `not connected${problem === null ? '' : ` (${problem})`}`),
    opening() {
      leaving = null
    },
    greet() {
      if (greeted) return false
      session += 1
      greeted = true
      problem = null
      return true
    },
    failed(why) {
      problem = why
    },
    closing(code) {
      leaving = code
    },
    leave(reason, act) {
      problem = reason
      leaving ??= reason
      act()
      leaving = null
    },
    end(reason) {
      const told = leaving ?? reason
      const wasGreeted = greeted
      session += 1
      greeted = false
      problem = told
      leaving = null
      return wasGreeted ? told : null
    },
  }
}
