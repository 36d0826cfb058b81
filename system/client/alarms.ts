/** Timers of one client, all of which end with it. */
export interface Alarms {
  /** Runs `action` once after `ms`; the returned function takes it back. */
  after(ms: number, action: () => void): () => void
  /** Resolves after `ms`, or at once when the client closes. */
  sleep(ms: number): Promise<void>
  closed(): boolean
  close(): void
}

export function createAlarms(): Alarms {
  const ends = new Map<ReturnType<typeof setTimeout>, () => void>()
  let closed = false

  function start(ms: number, action: () => void, atClose: () => void): () => void {
    if (closed) {
      atClose()
      return () => {}
    }
    const timer = setTimeout(() => {
      ends.delete(timer)
      action()
    }, ms)
    ends.set(timer, atClose)
    return () => {
      clearTimeout(timer)
      ends.delete(timer)
    }
  }

  return {
    after: (ms, action) => start(ms, action, () => {}),
    sleep: (ms) => new Promise((resolve) => start(ms, resolve, resolve)),
    closed: () => closed,
    close() {
      closed = true
      for (const [timer, atClose] of ends) {
        clearTimeout(timer)
        atClose()
      }
      ends.clear()
    },
  }
}
