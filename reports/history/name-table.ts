/** Strings of one writer by number, from 0 in the order of their first use; new ones wait until they are flushed. */
import { Int32, Utf8, makeData } from 'apache-arrow'
import { type ArrowFile } from './arrow-file.ts'

export class NameTable {
  readonly #ids = new Map<string, number>()
  #waiting: string[] = []

  get size(): number {
    return this.#ids.size
  }

  idOf(text: string): number {
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.#ids.size
    this.#ids.set(text, id)
    this.#waiting.push(text)
    return id
  }

  flushTo(file: ArrowFile): void {
    const length = this.#waiting.length
    if (length === 0) return
    const first = this.#ids.size - length
    const ids = Int32Array.from({ length }, (_, index) => first + index)
    const offsets = new Int32Array(length + 1)
    for (const [index, text] of this.#waiting.entries()) offsets[index + 1] = (offsets[index] ?? 0) + Buffer.byteLength(text)
    const bytes = new TextEncoder().encode(this.#waiting.join(''))
    file.append(length, [
      makeData({ type: new Int32(), length, nullCount: 0, data: ids }),
      makeData({ type: new Utf8(), length, nullCount: 0, valueOffsets: offsets, data: bytes }),
    ])
    this.#waiting = []
  }
}
