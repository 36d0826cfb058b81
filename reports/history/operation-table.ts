/** Messages by the 16 bytes of an operationId: an open hash table of four int32 words a key, because a Map of strings costs ten times as much a journal row. */
export class OperationTable {
  #mask: number
  #words: Int32Array
  #messages: Int32Array
  #used = 0

  constructor(expected = 1024) {
    this.#mask = 2 ** Math.ceil(Math.log2(2 * expected + 2)) - 1
    this.#words = new Int32Array(4 * (this.#mask + 1))
    this.#messages = new Int32Array(this.#mask + 1).fill(-1)
  }

  /** Words as little-endian int32. The first message of an id keeps it. */
  set(first: number, second: number, third: number, fourth: number, message: number): void {
    if (2 * this.#used > this.#mask) this.#grow()
    const slot = this.#slotOf(first, second, third, fourth)
    if (this.#messages[slot] !== -1) return
    this.#words.set([first, second, third, fourth], 4 * slot)
    this.#messages[slot] = message
    this.#used++
  }

  /** -1 when no message has that id. */
  get(first: number, second: number, third: number, fourth: number): number {
    return this.#messages[this.#slotOf(first, second, third, fourth)] ?? -1
  }

  /** The slot of the key, or the empty one where it would go. */
  #slotOf(first: number, second: number, third: number, fourth: number): number {
    const hash = Math.imul(first ^ Math.imul(second, 0x9e3779b1) ^ Math.imul(third, 0x85ebca77) ^ Math.imul(fourth, 0xc2b2ae3d), 0x27d4eb2f)
    const words = this.#words
    for (let slot = (hash ^ (hash >>> 15)) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      if (this.#messages[slot] === -1) return slot
      if (words[4 * slot] === first && words[4 * slot + 1] === second && words[4 * slot + 2] === third && words[4 * slot + 3] === fourth) return slot
    }
  }

  #grow(): void {
    const larger = new OperationTable(this.#mask + 1)
    for (const [slot, message] of this.#messages.entries()) {
      if (message !== -1)
        larger.set(this.#words[4 * slot] ?? 0, this.#words[4 * slot + 1] ?? 0, this.#words[4 * slot + 2] ?? 0, this.#words[4 * slot + 3] ?? 0, message)
    }
    this.#mask = larger.#mask
    this.#words = larger.#words
    this.#messages = larger.#messages
  }
}

/** The UUID in text whose four words lie there. */
export function uuidOf(words: Int32Array, at: number): string {
  const hex = Buffer.from(words.slice(at, at + 4).buffer).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** The four words of a UUID in text, or null when it isn't one. */
export function uuidWords(text: string): readonly [number, number, number, number] | null {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return null
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex')
  return [bytes.readInt32LE(0), bytes.readInt32LE(4), bytes.readInt32LE(8), bytes.readInt32LE(12)]
}
