/** Reads what all writers of a run have flushed since the last time. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { StringTable } from '../history/string-table.ts'
import { nanosecondsAt, readNameFile, readRowFile, type RowsRead } from '../history/reader.ts'
import type { OnlineRow } from './online-check.ts'

const ending = '.rows.arrow'

interface Writer {
  rowsFrom: number
  namesFrom: number
  names: string[]
}

export class Tail {
  readonly #folder: string
  readonly #names: StringTable
  readonly #writers = new Map<string, Writer>()

  /** `folder`: `<run>/history`. `names` gets the names that rows use. */
  constructor(folder: string, names: StringTable) {
    this.#folder = folder
    this.#names = names
  }

  /** Calls `each` with every new row: those of one writer in order, those of two as they come. */
  read(each: (row: OnlineRow) => void): void {
    const writers = existsSync(this.#folder) ? readdirSync(this.#folder).filter((name) => name.endsWith(ending)) : []
    for (const name of writers) this.#readWriter(name.slice(0, -ending.length), each)
  }

  #readWriter(name: string, each: (row: OnlineRow) => void): void {
    const writer = this.#writers.get(name) ?? { rowsFrom: 0, namesFrom: 0, names: [] }
    this.#writers.set(name, writer)
    const batches: RowsRead[] = []
    const end = readRowFile(join(this.#folder, name + ending), (rows) => batches.push(rows), { from: writer.rowsFrom })
    writer.rowsFrom = end.offset
    if (batches.length === 0) return
    // Subtle: names after rows, because a writer flushes them before: so that none is missing.
    const known = readNameFile(join(this.#folder, `${name}.names.arrow`), { from: writer.namesFrom, known: writer.names })
    writer.namesFrom = known.end.offset
    for (const batch of batches) for (let row = 0; row < batch.length; row++) each(this.#row(batch, row, writer.names))
  }

  #row(rows: RowsRead, row: number, names: readonly string[]): OnlineRow {
    const id = (own: number): number => {
      const text = names[own]
      return text === undefined ? -1 : this.#names.idOf(text)
    }
    const message = rows.message[row] ?? -1
    return {
      atNs: nanosecondsAt(rows.time, row),
      kind: rows.kind[row] ?? 0,
      client: rows.client[row] ?? -1,
      room: id(rows.room[row] ?? -1),
      layer: rows.layer[row] ?? 0,
      message: message < -1 ? -id(-message - 2) - 2 : message,
      seq: rows.seq[row] ?? -1,
      rev: rows.rev[row] ?? -1,
      value: rows.value[row] ?? -1,
    }
  }
}
