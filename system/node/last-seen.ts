/** When a user was last connected, in the store: `users`. Gathered in memory, written in one bulk, never falling. */
import type { Collection } from 'mongodb'

export interface StoredUser {
  _id: string
  /** Milliseconds since the Unix epoch. */
  lastSeenAt: number
}

/** Presence is told every half second: a store that takes longer is asked again later. */
const timeoutMS = 500

export class LastSeen {
  readonly #users: Collection<StoredUser>
  #waiting = new Map<string, number>()

  constructor(users: Collection<StoredUser>) {
    this.#users = users
  }

  saw(user: string, atMs: number): void {
    this.#waiting.set(user, Math.max(atMs, this.#waiting.get(user) ?? 0))
  }

  /** What fails waits for the next time; rejects then. */
  async flush(): Promise<void> {
    const batch = this.#waiting
    if (batch.size === 0) return
    this.#waiting = new Map()
    const operations = [...batch].map(([_id, lastSeenAt]) => ({ updateOne: { filter: { _id }, update: { $max: { lastSeenAt } }, upsert: true } }))
    try {
      await this.#users.bulkWrite(operations, { ordered: false, timeoutMS })
    } catch (error) {
      for (const [user, atMs] of batch) this.saw(user, atMs)
      throw error
    }
  }

  async read(users: readonly string[]): Promise<Map<string, number>> {
    if (users.length === 0) return new Map()
    const found = await this.#users.find({ _id: { $in: [...users] } }, { timeoutMS }).toArray()
    return new Map(found.map((user) => [user._id, user.lastSeenAt]))
  }
}
