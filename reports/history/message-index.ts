/** Message ids of all writers, and the dense indexes that replace them: own messages by client and counter, then foreign ones in the order of their first row. */
import type { Columns, MessageTable } from './history.ts'
import { messagesPerClient } from './kinds.ts'

const counterBits = Math.log2(messagesPerClient)
const counterMask = messagesPerClient - 1
const fewestCounters = 64

export class MessageIds {
  /** By client, then by counter: 1 where a row names it. */
  readonly #own: Uint8Array[] = []
  /** Numbers by name id, in the order of their first row. */
  readonly #foreign = new Map<number, number>()

  /** Notes an own id; below zero it says nothing. */
  see(id: number): void {
    if (id < 0) return
    const client = id >>> counterBits
    const counter = id & counterMask
    while (this.#own.length <= client) this.#own.push(new Uint8Array(0))
    let seen = this.#own[client] ?? new Uint8Array(0)
    if (counter >= seen.length) {
      const larger = new Uint8Array(Math.max(fewestCounters, 2 ** Math.ceil(Math.log2(counter + 1))))
      larger.set(seen)
      this.#own[client] = seen = larger
    }
    seen[counter] = 1
  }

  /** What stands for a foreign message in a column until `index`: -(number) - 2; -1 for none. */
  foreign(name: number): number {
    if (name === -1) return -1
    const number = this.#foreign.get(name) ?? this.#foreign.size
    this.#foreign.set(name, number)
    return -number - 2
  }

  /** Changes `columns.message` in place. */
  index({ message, length }: Columns): MessageTable {
    const starts = new Int32Array(this.#own.length + 1)
    for (const [client, seen] of this.#own.entries()) starts[client + 1] = (starts[client] ?? 0) + seen.length
    const dense = new Int32Array(starts[this.#own.length] ?? 0)
    const client: number[] = []
    const counter: number[] = []
    for (const [owner, seen] of this.#own.entries()) {
      for (let place = 0; place < seen.length; place++) {
        if (seen[place] !== 1) continue
        dense[(starts[owner] ?? 0) + place] = client.length
        client.push(owner)
        counter.push(place)
      }
    }
    replace(message, length, starts, dense, client.length)
    const none = Array.from(this.#foreign, () => -1)
    return {
      length: client.length + none.length,
      client: Int32Array.from([...client, ...none]),
      counter: Int32Array.from([...counter, ...none]),
      foreign: Int32Array.from([...client.map(() => -1), ...this.#foreign.keys()]),
    }
  }
}

/** `starts`: by client, where in `dense` its counters begin; `foreignFrom`: the index of the first foreign message. */
function replace(message: Int32Array, length: number, starts: Int32Array, dense: Int32Array, foreignFrom: number): void {
  // Rows of one message come together: what stands for the last one is not looked up again.
  let [lastId, lastIndex] = [-1, -1]
  for (let row = 0; row < length; row++) {
    const id = message[row] ?? -1
    if (id !== lastId) {
      lastIndex = id >= 0 ? (dense[(starts[id >>> counterBits] ?? 0) + (id & counterMask)] ?? -1) : id === -1 ? -1 : foreignFrom - id - 2
      lastId = id
    }
    message[row] = lastIndex
  }
}
