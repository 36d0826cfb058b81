/**
 * What judging costs as runs grow: 10^6, 10^7 and, with `--large`, 10^8 deliveries, in rooms of 100 members. Each figure comes from a process of its own,
 * so that one's memory isn't another's; rates are by processor time, two workers by the clock:
 *
 * - *all checks, from files*: openHistory, then every check of the table; goal 5 M rows/s, and no slower a row as runs grow
 * - *memory*: the most that this process ever had resident, and how much of it is not the columns themselves (38 bytes a row); goal 2 GB at 10^8
 * - *two workers by file*: who applied what and what was owed, by two threads with a writer's file each, against one that has both; goal 1.6 x
 * - *NDJSON and a Map*: what one would write in an afternoon: a line a row, parsed, a Set of recipients a message; it looks for loss and duplicates only
 *
 * `node scale.bench.ts [--large]`
 */
import { execFileSync } from 'node:child_process'
import { createReadStream, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { exportHistory } from '../../history/export.ts'
import type { Manifest } from '../../history/manifest.ts'
import { openHistory } from '../../history/open-history.ts'
import { rowBytes } from '../../history/row-schema.ts'
import { syntheticHistory } from '../../history/synthetic.ts'
import { writeHistoryAsRun } from '../../history/write-run.ts'
import { ledgerOf } from '../ledger.ts'
import { owedOf } from '../owed.ts'
import { examineAll } from '../table.ts'

const members = 100
const workers = [1, 2] as const
const guarantees = { ack: 'majority', delivery: 'every-member', order: 'room', recoveryMs: 5000 } as const
/** A tenth of the lines is enough to know the rate of the plain checker. */
const ndjsonDeliveries = 1_000_000

interface Figures {
  rows: number
  ms: number
  residentBytes?: number
}

const parts: Readonly<Record<string, (folder: string, deliveries: number) => Figures | Promise<Figures>>> = {
  write(folder, deliveries) {
    const history = syntheticHistory({ rooms: 10, clients: 10 * members, messages: deliveries / members })
    const { length } = history.columns
    const from = performance.now()
    writeHistoryAsRun(folder, { ...history, capabilities: [...history.capabilities, 'status'] })
    const ms = performance.now() - from
    for (const worker of workers) writeHalf(folder, worker)
    if (deliveries === ndjsonDeliveries) writeFileSync(join(folder, 'rows.ndjson'), [...exportHistory(history, 'ndjson')].join(''))
    return { rows: length, ms }
  },
  judge(folder) {
    const spent = cpuClock()
    const history = openHistory(folder)
    const wrong = examineAll(history, guarantees).filter((check) => check.verdict === 'invalid')
    if (wrong.length > 0) throw new Error(`${wrong.map((check) => check.name).join(', ')} on a sound history`)
    return { rows: history.columns.length, ms: spent(), residentBytes: process.resourceUsage().maxRSS * 1024 }
  },
  open(folder) {
    const spent = cpuClock()
    return { rows: openHistory(folder).columns.length, ms: spent() }
  },
  alone(folder) {
    const from = performance.now()
    return { rows: follow(folder), ms: performance.now() - from }
  },
  async apart(folder) {
    const threads = workers.map((worker) => new Worker(new URL(import.meta.url), { workerData: halfOf(folder, worker) }))
    const ready = threads.map((thread) => new Promise<void>((resolve) => thread.once('online', () => resolve())))
    await Promise.all(ready)
    const from = performance.now()
    const ended = threads.map(
      (thread) =>
        new Promise<number>((resolve, reject) => {
          thread.once('message', resolve)
          thread.once('error', reject)
        }),
    )
    const rows = await Promise.all(ended)
    return { rows: rows.reduce((sum, one) => sum + one), ms: performance.now() - from }
  },
  ndjson: plainChecker,
}

/** Milliseconds of processor time, collector included: a shared machine changes it less than the time on the wall. */
function cpuClock(): () => number {
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1e3
  }
}

const halfOf = (folder: string, worker: number): string => `${folder}-half-${worker}`

/** The run as it would be with one of its load workers only. */
function writeHalf(folder: string, worker: number): void {
  const half = halfOf(folder, worker)
  mkdirSync(join(half, 'history'), { recursive: true })
  for (const writer of [`load-${worker}`, 'run'])
    for (const part of ['rows', 'names']) cpSync(join(folder, 'history', `${writer}.${part}.arrow`), join(half, 'history', `${writer}.${part}.arrow`))
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest
  writeFileSync(join(half, 'manifest.json'), JSON.stringify({ ...manifest, checksums: false }))
  cpSync(join(folder, 'trace.json'), join(half, 'trace.json'))
}

/** Reads a run, and follows who applied what and what was owed; the number of its rows. */
function follow(folder: string): number {
  const history = openHistory(folder)
  ledgerOf(history)
  owedOf(history)
  return history.columns.length
}

interface Line {
  kind: string
  client?: number
  room?: string
  message?: string
}

async function plainChecker(folder: string): Promise<Figures> {
  const spent = cpuClock()
  const seen = new Map<string, Set<number>>()
  const membersOf = new Map<string, Set<number>>()
  const roomOf = new Map<string, string>()
  let [rows, duplicates] = [0, 0]
  for await (const text of createInterface({ input: createReadStream(join(folder, 'rows.ndjson')) })) {
    const { kind, client = -1, room = '', message = '' } = JSON.parse(text) as Line
    rows++
    if (kind === 'joined') membersOf.set(room, (membersOf.get(room) ?? new Set()).add(client))
    else if (kind === 'stored') roomOf.set(message, room)
    else if (kind === 'delivery') {
      const recipients = seen.get(message) ?? new Set<number>()
      seen.set(message, recipients)
      if (recipients.has(client)) duplicates++
      recipients.add(client)
    }
  }
  const lost = [...roomOf].filter(([message, room]) => seen.get(message)?.size !== membersOf.get(room)?.size)
  if (duplicates > 0 || lost.length > 0) throw new Error(`${duplicates} duplicates and ${lost.length} losses in a sound history`)
  return { rows, ms: spent() }
}

function inOwnProcess(part: string, folder: string, deliveries: number): Figures {
  const words = ['--max-old-space-size=8192', import.meta.filename, '--part', part, folder, String(deliveries)]
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })) as Figures
}

function main(): void {
  const sizes = process.argv.includes('--large') ? [1e6, 1e7, 1e8] : [1e6, 1e7]
  const rate = ({ rows, ms }: Figures): string => (rows / ms / 1e3).toFixed(1)
  console.log(
    '| deliveries | M rows | open, M rows/s | all checks from files, M rows/s | ns a row | resident, MB | columns, MB | two workers |\n|---|---|---|---|---|---|---|---|',
  )
  for (const deliveries of sizes) {
    const folder = join(mkdtempSync(join(tmpdir(), 'scale-bench-')), 'run')
    try {
      inOwnProcess('write', folder, deliveries)
      const [opened, judged] = [inOwnProcess('open', folder, deliveries), inOwnProcess('judge', folder, deliveries)]
      const [alone, apart] = [inOwnProcess('alone', folder, deliveries), inOwnProcess('apart', folder, deliveries)]
      const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)
      const cells = [
        deliveries.toExponential(0),
        (judged.rows / 1e6).toFixed(1),
        rate(opened),
        rate(judged),
        ((judged.ms * 1e6) / judged.rows).toFixed(0),
        megabytes(judged.residentBytes ?? 0),
        megabytes(judged.rows * rowBytes),
        `${(alone.ms / apart.ms).toFixed(2)} x`,
      ]
      console.log(`| ${cells.join(' | ')} |`)
      if (deliveries === ndjsonDeliveries)
        console.log(`NDJSON and a Map, loss and duplicates only: ${rate(inOwnProcess('ndjson', folder, deliveries))} M rows/s`)
    } finally {
      rmSync(join(folder, '..'), { recursive: true })
    }
  }
}

if (!isMainThread) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has no origin
  parentPort?.postMessage(follow(String(workerData)))
} else if (process.argv[2] === '--part') {
  const [part = '', folder = '', deliveries] = process.argv.slice(3)
  console.log(JSON.stringify(await parts[part]?.(folder, Number(deliveries))))
} else main()
