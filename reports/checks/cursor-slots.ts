/** The latest cursor by a key, in typed arrays: an object a key would be for the collector to walk. */
export interface Cursor {
  delivered: number
  read: number
  /** The row that told the latest of it. */
  row: number
}

/** Rows of three columns, grown as they are needed. */
export class Slots {
  readonly #index = new Map<number, number>()
  #cells = new Int32Array(3 * 1024)
  at(key: number): Cursor | null {
    const slot = this.#index.get(key)
    if (slot === undefined) return null
    return { delivered: this.#cells[slot] ?? 0, read: this.#cells[slot + 1] ?? 0, row: this.#cells[slot + 2] ?? -1 }
  }
  set(key: number, delivered: number, read: number, row: number): void {
    let slot = this.#index.get(key)
    if (slot === undefined) {
      slot = 3 * this.#index.size
      this.#index.set(key, slot)
    }
    if (slot + 3 > this.#cells.length) {
      const larger = new Int32Array(2 * this.#cells.length)
      larger.set(this.#cells)
      this.#cells = larger
    }
    this.#cells[slot] = delivered
    this.#cells[slot + 1] = read
    this.#cells[slot + 2] = row
  }
}
