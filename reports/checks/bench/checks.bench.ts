/**
 * Each core check over ten million synthetic deliveries, in rows a second, against two references in the same process:
 *
 * - *read from files*: the bare read of the columns from the files of a run, every value summed. It is what a run has to pay before any check, so
 *   the goal is set by it: a core check reaches at least 0.7 of it, and 25 M rows/s. It is measured first, in a process that holds nothing else yet.
 * - *pass in memory*: the same sums over columns that are in memory already. No check with state comes near 0.7 of it: to read no more than the six
 *   columns of the deliveries that a ledger needs, and do nothing with them, takes nearly as long as this whole pass. Told to see how far it is.
 *
 * The rate is of a check alone, with all the parts that it needs (audit, ledger, owed) made for it. In a run those are made once; what a check then
 * costs on top is told in milliseconds, not as a ratio, because it hardly reads a column. `node checks.bench.ts [messages]`
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildHistory } from '../../history/build-history.ts'
import type { Columns, History } from '../../history/history.ts'
import { type RowsRead, readRowFile } from '../../history/reader.ts'
import { syntheticHistory } from '../../history/synthetic.ts'
import { createHistoryWriter } from '../../history/writer.ts'
import { ackedIsStored } from '../acked-is-stored.ts'
import { appliedOnce } from '../applied-once.ts'
import type { Check, Guarantees } from '../check.ts'
import { deliveredToAll } from '../delivered-to-all.ts'
import { noPhantom } from '../no-phantom.ts'
import { owedOf } from '../owed.ts'
import { senderOrder } from '../sender-order.ts'
import { sequence } from '../sequence.ts'
import { storedOnce } from '../stored-once.ts'
import { examineAll } from '../table.ts'

const goal = { ofRead: 0.7, millionRows: 25 }
const twoTo32 = 2 ** 32
const guarantees: Guarantees = { ack: 'majority', delivery: 'every-member', order: 'room', recoveryMs: 5000 }
const core: readonly Check[] = [ackedIsStored, deliveredToAll, storedOnce, appliedOnce, sequence, noPhantom, senderOrder]

type Integers = Pick<RowsRead, 'length' | 'client' | 'session' | 'room' | 'kind' | 'layer' | 'message' | 'seq' | 'rev' | 'value'>

/** Reads every value of nine columns once, and so much of it that nothing can be left out. Calls nothing: a call a row would slow the references. */
function sumOf({ length, client, session, room, kind, layer, message, seq, rev, value }: Integers): number {
  let sum = 0
  for (let row = 0; row < length; row++) {
    sum ^=
      (client[row] ?? 0) ^
      (session[row] ?? 0) ^
      (room[row] ?? 0) ^
      (kind[row] ?? 0) ^
      (layer[row] ?? 0) ^
      (message[row] ?? 0) ^
      (seq[row] ?? 0) ^
      (rev[row] ?? 0) ^
      (value[row] ?? 0)
  }
  return sum
}

function passInMemory(columns: Columns): number {
  const { tNs, length } = columns
  let sum = sumOf(columns)
  for (let row = 0; row < length; row++) sum += tNs[row] ?? 0
  return sum
}

function readFromFile(path: string): number {
  let sum = 0
  const end = readRowFile(path, (rows) => {
    sum += sumOf(rows)
    for (let half = 0; half < 2 * rows.length; half += 2) sum += (rows.time[half + 1] ?? 0) * twoTo32 + (rows.time[half] ?? 0)
  })
  if (end.state !== 'closed') throw new Error(`${path} is ${end.state}: ${end.detail}`)
  return sum
}

/** Rows a millisecond of the bare read from a file that a history of so many messages makes. */
function readRate(messages: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'checks-bench-'))
  try {
    const { columns } = syntheticHistory({ rooms: 100, clients: 1000, messages })
    const { tNs, client, session, room, kind, layer, message, seq, rev, value } = columns
    const writer = createHistoryWriter({ folder, writer: 'bench', originNs: '0' })
    for (let row = 0; row < columns.length; row++)
      writer.row(
        tNs[row] ?? 0,
        client[row] ?? 0,
        session[row] ?? 0,
        room[row] ?? 0,
        kind[row] ?? 0,
        layer[row] ?? 0,
        message[row] ?? 0,
        seq[row] ?? 0,
        rev[row] ?? 0,
        value[row] ?? 0,
      )
    writer.close()
    return columns.length / best(() => readFromFile(join(folder, 'bench.rows.arrow')), 5)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function best(work: () => unknown, times = 3): number {
  let least = Infinity
  for (let time = 0; time < times; time++) {
    const from = performance.now()
    work()
    least = Math.min(least, performance.now() - from)
  }
  return least
}

/** The same rows without anything that was worked out from them. */
const fresh = (history: History): History => buildHistory(history)

/** Makes what several checks read. */
function shareParts(history: History): History {
  owedOf(history)
  return history
}

function main(): void {
  const messages = Number(process.argv[2] ?? 1_000_000)
  const read = readRate(Math.ceil(messages / 4)) / 1e3
  const history = syntheticHistory({ rooms: 100, clients: 1000, messages })
  const { length } = history.columns
  const rate = (ms: number): number => length / ms / 1e3
  const pass = rate(best(() => passInMemory(history.columns)))
  const tell = (name: string, reached: number, more = ''): void =>
    console.log(
      `${name.padEnd(26)} ${reached.toFixed(1).padStart(7)} M rows/s ${(reached / read).toFixed(2).padStart(6)} of the read from files ${(reached / pass).toFixed(2).padStart(6)} of the pass in memory${more}`,
    )
  console.log(
    `${(length / 1e6).toFixed(1)} M rows, ${((messages * 10) / 1e6).toFixed(1)} M deliveries; goal of a check: ${goal.ofRead} of the read from files, ${goal.millionRows} M rows/s`,
  )
  tell('read from files', read)
  tell('pass in memory', pass)
  tell('shared parts', rate(best(() => shareParts(fresh(history)))))
  const warm = shareParts(fresh(history))
  for (const check of core) {
    const finding = check.examine(fresh(history), guarantees)
    if (finding.verdict !== 'valid')
      throw new Error(`${check.name} is ${finding.verdict} on a sound history: ${finding.why ?? JSON.stringify(finding.evidence[0])}`)
    const reached = rate(best(() => check.examine(fresh(history), guarantees)))
    const onTopMs = best(() => check.examine(warm, guarantees))
    const missed = reached < goal.ofRead * read || reached < goal.millionRows
    tell(check.name, reached, `   (${onTopMs.toFixed(1)} ms on top of the shared parts)${missed ? ' MISSED' : ''}`)
  }
  tell('all checks of the table', rate(best(() => examineAll(fresh(history), guarantees), 1)))
}

main()
