/**
 * `connections`: the latest connection of each device. The adapter tells the other nodes of a new one at once; the store tells those that the
 * adapter doesn't reach, so that an older connection of the device ends there too.
 */
import { MongoBulkWriteError } from 'mongodb'
import type { Store } from './store.ts'
import { connectionKey, type DeviceConnection } from './auth.ts'
import { duplicateKey } from './duplicate-key.ts'

export interface StoredConnection {
  _id: string
  connectionNumber: number
  /** By the store's clock: when that connection was told; it is kept for a day. */
  at: Date
}
/** `atMs`: milliseconds since the Unix epoch; what connected after it has not been replaced by it. */
export type LatestConnections = ReadonlyMap<string, { connectionNumber: number; atMs: number }>

/** A write may become readable later than its time says: read again this far back. */
const overlapMs = 3000

export class DeviceConnections {
  readonly #connections: Store['connections']
  readonly #closeOlder: (latest: LatestConnections) => void
  #waiting = new Map<string, number>()
  #ended = new Map<string, number>()
  #sinceMs: number | null = null

  constructor({ connections }: Pick<Store, 'connections'>, closeOlder: (latest: LatestConnections) => void) {
    this.#connections = connections
    this.#closeOlder = closeOlder
  }

  /** Told to the store in the next round. */
  opened(connection: DeviceConnection): void {
    raise(this.#waiting, connectionKey(connection), connection.connectionNumber)
  }

  /** A device that begins anew, without its storage, counts from 1 again: what has ended must not keep it out. */
  closed(connection: DeviceConnection): void {
    const key = connectionKey(connection)
    if ((this.#waiting.get(key) ?? Infinity) <= connection.connectionNumber) this.#waiting.delete(key)
    raise(this.#ended, key, connection.connectionNumber)
  }

  /** Writes the new connections of this node, takes back those that have ended, and reads those of all. */
  async round(): Promise<void> {
    this.#sinceMs ??= await this.#latestMs()
    await this.#takeBack()
    await this.#write()
    const changed = await this.#connections.find({ at: { $gt: new Date(this.#sinceMs - overlapMs) } }).toArray()
    if (changed.length === 0) return
    this.#sinceMs = Math.max(this.#sinceMs, ...changed.map(({ at }) => at.getTime()))
    this.#closeOlder(new Map(changed.map(({ _id, connectionNumber, at }) => [_id, { connectionNumber, atMs: at.getTime() }])))
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

  async #takeBack(): Promise<void> {
    if (this.#ended.size === 0) return
    const batch = this.#ended
    this.#ended = new Map()
    try {
      await this.#connections.bulkWrite(
        [...batch].map(([_id, connectionNumber]) => ({ deleteOne: { filter: { _id, connectionNumber } } })),
        { ordered: false },
      )
    } catch (error) {
      for (const [key, connectionNumber] of batch) raise(this.#ended, key, connectionNumber)
      throw error
    }
  }

  async #write(): Promise<void> {
    if (this.#waiting.size === 0) return
    const batch = this.#waiting
    this.#waiting = new Map()
    const operations = [...batch].map(([_id, connectionNumber]) => ({
      updateOne: {
        filter: { _id, connectionNumber: { $lt: connectionNumber } },
        update: { $set: { connectionNumber }, $currentDate: { at: true as const } },
        upsert: true,
      },
    }))
    try {
      await this.#connections.bulkWrite(operations, { ordered: false })
    } catch (error) {
      // Subtle: the store has this number or a higher one, so the upsert meets its _id.
      if (isOnlyDuplicates(error)) return
      for (const [key, connectionNumber] of batch) raise(this.#waiting, key, connectionNumber)
      throw error
    }
  }
}

function raise(numbers: Map<string, number>, key: string, connectionNumber: number): void {
  numbers.set(key, Math.max(numbers.get(key) ?? 0, connectionNumber))
}

function isOnlyDuplicates(error: unknown): boolean {
  return error instanceof MongoBulkWriteError && [error.writeErrors].flat().every(({ code }) => code === duplicateKey)
}
