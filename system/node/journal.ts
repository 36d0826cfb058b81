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

export const noJournal: Journal = { write() {}, flush() {}, close() {} }

export function openJournal({ path, node, boot, nowNs }: JournalOptions): Journal {
  const file = openSync(path, 'a')
  const names = new Map<string, number>()
  let rows: Buffer[] = []
  let scheduled = false
  let isClosed = false

  const flush = () => {
    scheduled = false
    if (rows.length === 0) return
    const bytes = Buffer.concat(rows)
    rows = []
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
  }
  const push = (bytes: Buffer) => {
    rows.push(bytes)
    if (scheduled) return
    scheduled = true
    setImmediate(flush)
  }
  const nameId = (name: string) => {
    const known = names.get(name)
    if (known !== undefined) return known
    const id = names.size
    names.set(name, id)
    const text = Buffer.from(name)
    push(Buffer.concat([rowOf('name', nowNs(), { count: text.length, extra: id }, -1), text], journalRowBytes * (1 + Math.ceil(text.length / journalRowBytes))))
    return id
  }
  push(rowOf('header', nowNs(), { count: journalVersion, seq: boot }, nameId(node)))
  return {
    write(stage, row) {
      // What was under way when the node closed may end later.
      if (isClosed) return
      const room = row.room === undefined ? -1 : nameId(row.room)
      push(rowOf(stage, nowNs(), row.user === undefined ? row : { ...row, count: nameId(row.user) }, room))
    },
    flush,
    close() {
      flush()
      isClosed = true
      closeSync(file)
    },
  }
}

function rowOf(stage: JournalStage, atNs: bigint, row: JournalRow, room: number): Buffer {
  const bytes = Buffer.alloc(journalRowBytes)
  bytes.writeBigInt64LE(atNs, 0)
  bytes.writeUInt8(journalStages[stage], 8)
  bytes.writeInt32LE(room, 12)
  bytes.writeInt32LE(row.seq ?? -1, 16)
  bytes.writeInt32LE(row.count ?? 0, 20)
  bytes.writeInt32LE(row.extra ?? 0, 24)
  if (row.operationId !== undefined) bytes.write(row.operationId.replaceAll('-', ''), 32, 16, 'hex')
  return bytes
}
