/**
 * Each core check over ten million synthetic deliveries, in rows a second, against a bare read of the columns in the same process.
 * The ratio is of a check alone, with all the parts that it needs (indexes, audit, ledger, owed) made for it. In a run those are made once; what a
 * check then costs on top is told in milliseconds, not as a ratio, because it hardly reads a column. `node checks.bench.ts [messages]`
 */
import { buildHistory } from '../../history/build-history.ts'
import type { Columns, History } from '../../history/history.ts'
import { syntheticHistory } from '../../history/synthetic.ts'
import { ackedIsStored } from '../acked-is-stored.ts'
import { appliedOnce } from '../applied-once.ts'
import type { Check, Guarantees } from '../check.ts'
import { deliveredToAll } from '../delivered-to-all.ts'
import { noPhantom } from '../no-phantom.ts'
import { owedOf } from '../owed.ts'
import { sequence } from '../sequence.ts'
import { storedOnce } from '../stored-once.ts'
import { examineAll } from '../table.ts'

const goal = 0.7
const guarantees: Guarantees = { ack: 'majority', delivery: 'every-member', order: 'room', recoveryMs: 5000 }
const core: readonly Check[] = [ackedIsStored, deliveredToAll, storedOnce, appliedOnce, sequence, noPhantom]

/** Reads every value of every column once, and so much of it that nothing can be left out. */
function bareRead({ length, tNs, client, session, room, kind, layer, message, seq, rev, value }: Columns): number {
  let [sum, latest] = [0, 0]
  for (let row = 0; row < length; row++) {
    latest += tNs[row] ?? 0
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
  return sum + latest
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

const told = (reached: number, bare: number): string => `${reached.toFixed(1).padStart(8)} M rows/s ${(reached / bare).toFixed(2).padStart(7)} of the bare read`

function main(): void {
  const messages = Number(process.argv[2] ?? 1_000_000)
  const made = performance.now()
  const history = syntheticHistory({ rooms: 100, clients: 1000, messages })
  const { length } = history.columns
  console.log(
    `${(length / 1e6).toFixed(1)} M rows, ${((messages * 10) / 1e6).toFixed(1)} M deliveries, made in ${((performance.now() - made) / 1e3).toFixed(1)} s`,
  )
  const rate = (ms: number): number => length / ms / 1e3
  const bare = rate(best(() => bareRead(history.columns)))
  console.log(`${'bare read of ten columns'.padEnd(28)} ${bare.toFixed(1).padStart(7)} M rows/s`)
  const parts = rate(best(() => shareParts(fresh(history))))
  console.log(`${'shared parts'.padEnd(28)} ${told(parts, bare)}`)
  const warm = shareParts(fresh(history))
  for (const check of core) {
    const finding = check.examine(fresh(history), guarantees)
    if (finding.verdict !== 'valid')
      throw new Error(`${check.name} is ${finding.verdict} on a sound history: ${finding.why ?? JSON.stringify(finding.evidence[0])}`)
    const alone = rate(best(() => check.examine(fresh(history), guarantees)))
    const onTopMs = best(() => check.examine(warm, guarantees))
    console.log(`${check.name.padEnd(28)} ${told(alone, bare)}   (${onTopMs.toFixed(1)} ms on top of the shared parts)`)
  }
  const all = rate(best(() => examineAll(fresh(history), guarantees), 1))
  console.log(`${'all checks of the table'.padEnd(28)} ${told(all, bare)}   (goal of a core check: ${goal})`)
}

main()
