/** `nodes`: which nodes may still serve sockets, by the store's clock. One document a process. */
import type { Store } from './store.ts'

export interface StoredLease {
  /** The boot id. */
  _id: string
  node: string
  /** By the store's clock; the lease ends `leaseMs` later. */
  renewedAt: Date
  leaseMs: number
}
export interface LeaseStore {
  /** From now on for `leaseMs`, by the store's clock. */
  renew(lease: { bootId: string; node: string; leaseMs: number }): Promise<void>
  /** Given back: nobody waits for this node any more. */
  release(bootId: string): Promise<void>
  /** Boot ids of the nodes whose lease hasn't run out. */
  live(): Promise<string[]>
}

/** Older documents are swept. */
export const longestLeaseMs = 3_600_000

export function leaseStoreOf({ database, nodes }: Pick<Store, 'database' | 'nodes'>): LeaseStore {
  return {
    async renew({ bootId, node, leaseMs }) {
      await nodes.updateOne({ _id: bootId }, { $set: { node, leaseMs }, $currentDate: { renewedAt: true } }, { upsert: true })
    },
    async release(bootId) {
      await nodes.deleteOne({ _id: bootId })
    },
    async live() {
      const { localTime } = await database.command({ hello: 1 })
      if (!(localTime instanceof Date)) throw new Error('the store tells no time')
      const now = localTime.getTime()
      const recent = await nodes.find({ renewedAt: { $gt: new Date(now - longestLeaseMs) } }).toArray()
      return recent.flatMap(({ _id, renewedAt, leaseMs }) => (renewedAt.getTime() + leaseMs > now ? _id : []))
    },
  }
}
