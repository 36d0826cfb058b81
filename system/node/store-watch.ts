/** Makes the indexes as soon as the store answers, then asks it regularly whether it still does. */
import type { Db } from 'mongodb'
import type { Indexes } from './store.ts'

const freshMs = 3000

export class StoreWatch {
  readonly #database: Db
  readonly #indexes: Indexes
  readonly #monotonicMs: () => number
  #hasIndexes = false
  #answeredAtMs = -Infinity

  constructor(database: Db, indexes: Indexes, monotonicMs: () => number) {
    this.#database = database
    this.#indexes = indexes
    this.#monotonicMs = monotonicMs
  }

  /** Without the unique indexes an append would not be safe. */
  get hasIndexes(): boolean {
    return this.#hasIndexes
  }

  unready(): string | null {
    if (!this.#hasIndexes) return 'the indexes of the store are not made yet'
    return this.#monotonicMs() - this.#answeredAtMs <= freshMs ? null : `the store has not answered for ${freshMs} ms`
  }

  async round(): Promise<void> {
    if (!this.#hasIndexes) {
      await this.#indexes.roomSeq()
      await this.#indexes.actorOperation()
      await this.#indexes.uploadOperation()
      await this.#indexes.others()
      this.#hasIndexes = true
    }
    await this.#database.command({ ping: 1 })
    this.#answeredAtMs = this.#monotonicMs()
  }
}
