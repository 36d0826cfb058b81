/**
 * Records the rows of one writer (a load worker, the run itself) in `<writer>.rows.arrow` and `<writer>.names.arrow`.
 * All of it is synchronous, so that a process that is killed loses at most what it made since its last flush.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createArrowFile } from './arrow-file.ts'
import { NameTable } from './name-table.ts'
import { batchRows, createRowBatch } from './row-batch.ts'
import { nameFields, rowFields, schemaOf } from './row-schema.ts'

const flushIntervalMs = 250

export interface HistoryWriter {
  /** `tNs`: nanoseconds since the start of the run. The columns are told kind by kind in kinds.ts. Throws the file system's error when a full batch can't be written. */
  row(tNs: number, client: number, session: number, room: number, kind: number, layer: number, message: number, seq: number, rev: number, value: number): void
  /** The id of a string in this writer's rows. */
  name(text: string): number
  /** Rows made up to here, flushed or not. */
  readonly rows: number
  flush(): void
  /** Flushes every so often until close; doesn't keep the process alive. A file system error is thrown from the timer and ends the process. */
  startFlushing(intervalMs?: number): void
  /** Flushes, writes the end markers, and tells how many rows each file has. A second call only tells. */
  close(): { name: string; rows: number }[]
}

export interface HistoryWriterOptions {
  /** `<run>/history`; made when absent. */
  folder: string
  /** Unique in the run; letters, digits, `.`, `_` and `-`. */
  writer: string
  /** Start of the run by CLOCK_MONOTONIC; kept in the files' metadata. */
  originNs: bigint | string
}

export function createHistoryWriter({ folder, writer, originNs }: HistoryWriterOptions): HistoryWriter {
  if (!/^[A-Za-z0-9._-]+$/.test(writer)) throw new Error(`a history writer can't be called '${writer}': letters, digits, '.', '_' and '-' only`)
  mkdirSync(folder, { recursive: true })
  const about = { writer, origin_ns: String(originNs) }
  const nameFile = createArrowFile(join(folder, `${writer}.names.arrow`), schemaOf(nameFields, about))
  const rowFile = createArrowFile(join(folder, `${writer}.rows.arrow`), schemaOf(rowFields, about))
  const names = new NameTable()
  const batch = createRowBatch()
  let flushedRows = 0
  let closed = false
  let timer: NodeJS.Timeout | null = null
  const flush = (): void => {
    // Subtle: names first, so that a cut never leaves a row that points to a name that isn't there.
    names.flushTo(nameFile)
    if (batch.length === 0) return
    rowFile.append(batch.length, batch.columns())
    flushedRows += batch.length
    batch.clear()
  }
  return {
    row(tNs, client, session, room, kind, layer, message, seq, rev, value) {
      if (closed) throw new Error(`history writer ${writer} is closed: no more rows`)
      if (batch.add(tNs, client, session, room, kind, layer, message, seq, rev, value) === batchRows) flush()
    },
    name: (text) => names.idOf(text),
    get rows() {
      return flushedRows + batch.length
    },
    flush() {
      if (!closed) flush()
    },
    startFlushing(intervalMs = flushIntervalMs) {
      timer ??= setInterval(flush, intervalMs).unref()
    },
    close() {
      if (!closed) {
        if (timer !== null) clearInterval(timer)
        flush()
        closed = true
        nameFile.close()
        rowFile.close()
      }
      return [
        { name: `${writer}.rows.arrow`, rows: flushedRows },
        { name: `${writer}.names.arrow`, rows: names.size },
      ]
    },
  }
}
