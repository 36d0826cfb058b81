/** Waiting for a condition of the client: looked at again whenever something has changed. */
export interface Changes {
  announce: () => void
  /** Resolves once `holds()` is true; rejects at the deadline with what `waitingFor()` then says, or when the client closes. */
  until(holds: () => boolean, timeoutMs: number, waitingFor: () => string): Promise<void>
  close(): void
}

interface Waiter {
  holds: () => boolean
  resolve: () => void
  reject: (error: Error) => void
}

export function createChanges(): Changes {
  const waiters = new Set<Waiter>()
  let closed = false

  return {
    announce() {
      for (const waiter of waiters) if (waiter.holds()) waiter.resolve()
    },
    until(holds, timeoutMs, waitingFor) {
      if (holds()) return Promise.resolve()
      if (closed) return Promise.reject(new Error(`client closed while waiting: ${waitingFor()}`))
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => waiter.reject(new Error(`after ${timeoutMs} ms still waiting: ${waitingFor()}`)), timeoutMs)
        const end = (): void => {
          clearTimeout(timer)
          waiters.delete(waiter)
        }
        const waiter: Waiter = {
          holds,
          resolve: () => {
            end()
            resolve()
          },
          reject: (error) => {
            end()
            reject(error)
          },
        }
        waiters.add(waiter)
      })
    },
    close() {
      closed = true
      for (const waiter of waiters) waiter.reject(new Error('client closed'))
    },
  }
}
