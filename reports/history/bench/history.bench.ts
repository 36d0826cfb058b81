/** `node reports/history/bench/history.bench.ts`: what a row costs to write and to read, against bare copies of the same bytes in the same run. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readRowFile } from '../reader.ts'
import { openHistory } from '../open-history.ts'
import { kinds } from '../kinds.ts'
import { rowBytes } from '../row-schema.ts'
import { smallManifest } from '../test-run.ts'
import { createHistoryWriter } from '../writer.ts'

const rows = 10_000_000
const writers = 2
const rounds = 3

/** Best of some rounds, in milliseconds: the machine is shared. */
function best(rounds_: number, work: () => void): number {
  let least = Infinity
  for (let round = 0; round < rounds_; round++) {
    const start = performance.now()
    work()
    least = Math.min(least, performance.now() - start)
  }
  return least
}

function writeAll(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  const counts = Array.from({ length: writers }, (_, number) => {
    const writer = createHistoryWriter({ folder: join(folder, 'history'), writer: `load-${number}`, originNs: 1n })
    const room = writer.name('room')
    for (let row = 0; row < rows / writers; row++) writer.row(row * 1000 + number, row & 511, 1, room, kinds.delivery.code, 23, row % 60_000, row, row, row)
    return writer.close()
  })
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify(
      smallManifest({
        writers: counts.map(([rowFile, nameFile], number) => ({ writer: `load-${number}`, rows: rowFile?.rows ?? 0, names: nameFile?.rows ?? 0 })),
      }),
    ),
  )
  writeFileSync(join(folder, 'trace.json'), JSON.stringify({ faults: [], nodes: [] }))
}

/** The same bytes with nothing made of them. */
function writeBare(path: string): void {
  const batch = new Uint8Array(16_384 * rowBytes)
  const file = openSync(path, 'w')
  for (let written = 0; written < rows * rowBytes; written += batch.length) writeSync(file, batch)
  closeSync(file)
}

/** Fills columns as a writer must, in arrays and nowhere else. */
function fillBare(): number {
  const columns = Array.from({ length: 8 }, () => new Int32Array(16_384))
  const [first] = columns
  for (let row = 0; row < rows; row++) for (const column of columns) column[row & 16_383] = row
  return first?.[5] ?? 0
}

function sumColumns(folder: string): number {
  let sum = 0
  for (let writer = 0; writer < writers; writer++) {
    readRowFile(join(folder, 'history', `load-${writer}.rows.arrow`), (batch) => {
      for (let row = 0; row < batch.length; row++) sum += (batch.value[row] ?? 0) + (batch.seq[row] ?? 0) + (batch.client[row] ?? 0)
    })
  }
  return sum
}

function sumBare(columns: readonly Int32Array[]): number {
  let sum = 0
  const [first, second, third] = columns
  for (let row = 0; row < rows; row++) sum += (first?.[row] ?? 0) + (second?.[row] ?? 0) + (third?.[row] ?? 0)
  return sum
}

const folder = mkdtempSync(join(tmpdir(), 'shakedown-bench-'))
try {
  const microseconds = (milliseconds: number): string => ((milliseconds * 1000) / rows).toFixed(3)
  const millions = (milliseconds: number): string => (rows / milliseconds / 1000).toFixed(1)
  const write = best(rounds, () => {
    writeAll(join(folder, 'run'))
  })
  const bytesOnly = best(rounds, () => {
    writeBare(join(folder, 'bare'))
  })
  const fillOnly = best(rounds, fillBare)
  console.log(
    `write      ${microseconds(write)} us a row (goal 0.1), ${(write / (bytesOnly + fillOnly)).toFixed(2)} x the bare work: ${microseconds(bytesOnly)} us to write the bytes, ${microseconds(fillOnly)} us to fill arrays`,
  )

  let sum = 0
  const read = best(rounds, () => {
    sum = sumColumns(join(folder, 'run'))
  })
  const bareColumns = Array.from({ length: 3 }, () => Int32Array.from({ length: rows }, (_, row) => row))
  const bareRead = best(rounds, () => {
    sum -= sumBare(bareColumns)
  })
  console.log(
    `read       ${millions(read)} M rows/s (files read, 3 columns summed), ${(read / bareRead).toFixed(2)} x a bare sum of arrays in memory at ${millions(bareRead)} M rows/s`,
  )

  const copy = best(rounds, () => {
    for (let column = 0; column < 10; column++) bareColumns[0]?.slice()
  })
  const open = best(1, () => {
    sum += openHistory(join(folder, 'run')).columns.length
  })
  console.log(
    `open       ${millions(open)} M rows/s (${writers} writers merged by time, ids remapped, messages indexed), ${(open / copy).toFixed(2)} x a bare copy of 10 columns at ${millions(copy)} M rows/s`,
  )
  console.log(`           ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB resident at ${rows / 1e6} M rows; check sum ${sum}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
