/** Columns and journal rows that are filled from the start, in order of time. */
import { journalStages } from '../../system/journal-rows.ts'
import { columnsBy, journalColumns, type Cells } from './columns.ts'
import type { Columns, JournalRows } from './history.ts'
import { kinds, type Kind } from './kinds.ts'

export class Filling {
  readonly columns: Columns
  constructor(capacity: number) {
    this.columns = columnsBy(
      0,
      new Float64Array(capacity),
      () => new Uint8Array(capacity),
      () => new Int32Array(capacity).fill(-1),
    )
  }

  add(tNs: number, kind: Kind, { client = -1, session = -1, room = -1, layer = 0, message = -1, seq = -1, rev = -1, value = -1 }: Cells): void {
    const { columns } = this
    const row = columns.length++
    columns.tNs[row] = tNs
    columns.kind[row] = kinds[kind].code
    columns.client[row] = client
    columns.session[row] = session
    columns.room[row] = room
    columns.layer[row] = layer
    columns.message[row] = message
    columns.seq[row] = seq
    columns.rev[row] = rev
    columns.value[row] = value
  }
}

export class JournalFilling {
  readonly rows: JournalRows
  constructor(capacity: number) {
    this.rows = journalColumns(capacity)
    this.rows.length = 0
    this.rows.boot.fill(1)
  }

  add(tNs: number, node: number, stage: keyof typeof journalStages, room: number, seq: number, count: number, message: number): void {
    const row = this.rows.length++
    this.rows.tNs[row] = tNs
    this.rows.node[row] = node
    this.rows.stage[row] = journalStages[stage]
    this.rows.room[row] = room
    this.rows.seq[row] = seq
    this.rows.count[row] = count
    this.rows.message[row] = message
  }
}
