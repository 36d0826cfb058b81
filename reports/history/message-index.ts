/** Replaces message ids by dense indexes: own messages by client and counter, then foreign ones in the order of their first row. */
import type { Columns, MessageTable } from './history.ts'
import { messagesPerClient } from './kinds.ts'

const counterBits = Math.log2(messagesPerClient)
const counterMask = messagesPerClient - 1

/** Own ids of all clients laid end to end, with room for the highest counter of each that any row names. */
class OwnIds {
  readonly #starts: Int32Array
  readonly #dense: Int32Array

  constructor(message: Int32Array, length: number) {
    const highest = new Int32Array(2 ** (31 - counterBits)).fill(-1)
    for (let row = 0; row < length; row++) {
      const id = message[row] ?? -1
      if (id < 0) continue
      const client = id >>> counterBits
      const counter = id & counterMask
      if (counter > (highest[client] ?? -1)) highest[client] = counter
    }
    const starts = new Int32Array(highest.length + 1)
    for (const [client, counter] of highest.entries()) starts[client + 1] = (starts[client] ?? 0) + counter + 1
    const dense = new Int32Array(starts[highest.length] ?? 0).fill(-1)
    for (let row = 0; row < length; row++) {
      const id = message[row] ?? -1
      if (id >= 0) dense[(starts[id >>> counterBits] ?? 0) + (id & counterMask)] = 0
    }
    this.#starts = starts
    this.#dense = dense
  }

  /** Puts the dense index of each own id in its place. */
  replace(message: Int32Array, length: number): void {
    const [starts, dense] = [this.#starts, this.#dense]
    for (let row = 0; row < length; row++) {
      const id = message[row] ?? -1
      if (id >= 0) message[row] = dense[(starts[id >>> counterBits] ?? 0) + (id & counterMask)] ?? -1
    }
  }

  /** Numbers the ids that are there, and tells client and counter of each. */
  number(client: number[], counter: number[]): void {
    for (let owner = 0; owner + 1 < this.#starts.length; owner++) {
      const start = this.#starts[owner] ?? 0
      const stop = this.#starts[owner + 1] ?? 0
      for (let place = start; place < stop; place++) {
        if (this.#dense[place] === -1) continue
        this.#dense[place] = client.length
        client.push(owner)
        counter.push(place - start)
      }
    }
  }
}

/** Changes `columns.message` in place. */
export function indexMessages(columns: Columns): MessageTable {
  const { message, length } = columns
  const own = new OwnIds(message, length)
  const client: number[] = []
  const counter: number[] = []
  own.number(client, counter)
  own.replace(message, length)
  const foreign: number[] = client.map(() => -1)
  const foreignIndex = new Map<number, number>()
  for (let row = 0; row < length; row++) {
    const id = message[row] ?? -1
    if (id >= -1) continue
    const known = foreignIndex.get(id)
    message[row] = known ?? client.length
    if (known !== undefined) continue
    foreignIndex.set(id, client.length)
    client.push(-1)
    counter.push(-1)
    foreign.push(-id - 2)
  }
  return { length: client.length, client: Int32Array.from(client), counter: Int32Array.from(counter), foreign: Int32Array.from(foreign) }
}
