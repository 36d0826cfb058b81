/** A storage that its client stops using: the next client of the same storage must not find it changed behind its back. */
import type { ClientStorage } from './storage.ts'

export interface EndingStorage extends ClientStorage {
  /** From now on nothing is written; resolves once what is being written is. */
  end(): Promise<void>
}

export function endingStorage(storage: ClientStorage): EndingStorage {
  const underWay = new Set<Promise<void>>()
  let ended = false

  async function write(begin: () => Promise<void>): Promise<void> {
    if (ended) return
    const written = begin()
    underWay.add(written)
    try {
      await written
    } finally {
      underWay.delete(written)
    }
  }

  return {
    load: () => storage.load(),
    saveConnectionNumber: (number) => write(() => storage.saveConnectionNumber(number)),
    putRow: (row) => write(() => storage.putRow(row)),
    removeRow: (clientMessageId) => write(() => storage.removeRow(clientMessageId)),
    async end() {
      ended = true
      // Who asked for a write is told when it fails.
      await Promise.allSettled(underWay)
    },
  }
}
