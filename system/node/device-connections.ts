/**
 * `connections`: the latest connection of each device. The adapter tells the other nodes of a new one at once; the store tells those that the
 * adapter doesn't reach, so that an older connection of the device ends there too.
 */
import type { Store } from './store.ts'
import { connectionKey, type DeviceConnection } from './auth.ts'

export interface StoredConnection {
  _id: string
  connectionNumber: number
  /** By the store's clock: when the device last connected; it is kept for a day. */
  at: Date
}
export type LatestConnections = ReadonlyMap<string, number>

/** A write may become readable later than its time says: read again this far back. */
const overlapMs = 3000

export class DeviceConnections {
  readonly #connections: Store['connections']
  readonly #closeOlder: (latest: LatestConnections) => void
  #waiting = new Map<string, number>()
  #sinceMs: number | null = null

  constructor({ connections }: Pick<Store, 'connections'>, closeOlder: (latest: LatestConnections) => void) {
    this.#connections = connections
    this.#closeOlder = closeOlder
  }

  /** Told to the store in the next round. */
  opened(connection: DeviceConnection): void {
    raise(this.#waiting, connectionKey(connection), connection.connectionNumber)
  }

  /** Writes the new connections of this node and reads those of all. */
  async round(): Promise<void> {
    this.#sinceMs ??= await this.#latestMs()
    await this.#write()
    const changed = await this.#connections.find({ at: { $gt: new Date(this.#sinceMs - overlapMs) } }).toArray()
    if (changed.length === 0) return
    this.#sinceMs = Math.max(this.#sinceMs, ...changed.map(({ at }) => at.getTime()))
    this.#closeOlder(new Map(changed.map(({ _id, connectionNumber }) => [_id, connectionNumber])))
  }

  /** What was before this node has no sockets here to close. */
  async #latestMs(): Promise<number> {
    const [latest] = await this.#connections
      .find({ at: { $gt: new Date(0) } })
      .sort({ at: -1 })
      .limit(1)
      .toArray()
    return latest?.at.getTime() ?? 0
  }

  async #write(): Promise<void> {
    if (this.#waiting.size === 0) return
    const batch = this.#waiting
    this.#waiting = new Map()
    const operations = [...batch].map(([_id, connectionNumber]) => ({
      updateOne: { filter: { _id }, update: { $max: { connectionNumber }, $currentDate: { at: true as const } }, upsert: true },
    }))
    try {
      await this.#connections.bulkWrite(operations, { ordered: false })
    } catch (error) {
      for (const [key, connectionNumber] of batch) raise(this.#waiting, key, connectionNumber)
      throw error
    }
  }
}

function raise(numbers: Map<string, number>, key: string, connectionNumber: number): void {
  numbers.set(key, Math.max(numbers.get(key) ?? 0, connectionNumber))
}
