/** The node's own record of what it did with each operation; layout in journal-rows.ts. One write a turn of the event loop that made rows. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { journalRowBytes, journalStages, journalVersion } from '../journal-rows.ts'
import type { JournalStage } from '../journal-rows.ts'

export interface JournalRow {
  room?: string
  seq?: number
  count?: number
  extra?: number
  operationId?: string
  /** In place of `count`: its name id. */
  user?: string
}
export interface Journal {
  write(stage: JournalStage, row: JournalRow): void
  /** Writes what this turn has made so far. */
  flush(): void
  close(): void
}
export interface JournalOptions {
  path: string
  node: string
  boot: number
  /** nanoseconds since the start of the run */ nowNs: () => bigint
}

/** What one turn makes at most, as a rule; it grows. */
const rowsAtFirst = 256

export const noJournal: Journal = { write() {}, flush() {}, close() {} }

export function openJournal({ path, node, boot, nowNs }: JournalOptions): Journal {
  const file = openSync(path, 'a')
  const names = new Map<string, number>()
  let turn = Buffer.alloc(rowsAtFirst * journalRowBytes)
  let used = 0
  let scheduled = false
  let isClosed = false

  const flush = () => {
    scheduled = false
    for (let written = 0; written < used;) written += writeSync(file, turn, written, used - written)
    turn.fill(0, 0, used)
    used = 0
  }
  /** Where the next `bytes` go, all zeros. */
  const place = (bytes: number) => {
    if (used + bytes > turn.length) {
      const larger = Buffer.alloc(2 * turn.length + bytes)
      turn.copy(larger, 0, 0, used)
      turn = larger
    }
    if (!scheduled) setImmediate(flush)
    scheduled = true
    used += bytes
    return used - bytes
  }
  const nameId = (name: string) => {
    const known = names.get(name)
    if (known !== undefined) return known
    const id = names.size
    names.set(name, id)
    const text = Buffer.from(name)
    const at = place(journalRowBytes * (1 + Math.ceil(text.length / journalRowBytes)))
    putRow(turn, at, 'name', nowNs(), { count: text.length, extra: id }, -1)
    text.copy(turn, at + journalRowBytes)
    return id
  }
  const put = (stage: JournalStage, row: JournalRow, room: number) => {
    const at = place(journalRowBytes)
    putRow(turn, at, stage, nowNs(), row, room)
  }
  put('header', { count: journalVersion, seq: boot }, nameId(node))
  return {
    write(stage, row) {
      // What was under way when the node closed may end later.
      if (isClosed) return
      const room = row.room === undefined ? -1 : nameId(row.room)
      put(stage, row.user === undefined ? row : { ...row, count: nameId(row.user) }, room)
    },
    flush,
    close() {
      flush()
      isClosed = true
      closeSync(file)
    },
  }
}

function putRow(bytes: Buffer, at: number, stage: JournalStage, atNs: bigint, row: JournalRow, room: number): void {
  bytes.writeBigInt64LE(atNs, at)
  bytes.writeUInt8(journalStages[stage], at + 8)
  bytes.writeInt32LE(room, at + 12)
  bytes.writeInt32LE(row.seq ?? -1, at + 16)
  bytes.writeInt32LE(row.count ?? 0, at + 20)
  bytes.writeInt32LE(row.extra ?? 0, at + 24)
  if (row.operationId !== undefined) bytes.write(row.operationId.replaceAll('-', ''), at + 32, 16, 'hex')
}
