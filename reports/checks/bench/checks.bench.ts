/**
 * Each core check over ten million synthetic deliveries, in rows a second, against a bare read of the columns in the same process.
 * Every check starts without the shared parts (indexes, ledger, owed), so that its figure includes all that it needs. `node checks.bench.ts [messages]`
 */
import { buildHistory } from '../../history/build-history.ts'
import type { Columns, History } from '../../history/history.ts'
import { syntheticHistory } from '../../history/synthetic.ts'
import { ackedIsStored } from '../acked-is-stored.ts'
import { appliedOnce } from '../applied-once.ts'
import type { Check, Guarantees } from '../check.ts'
import { deliveredToAll } from '../delivered-to-all.ts'
import { noPhantom } from '../no-phantom.ts'
import { sequence } from '../sequence.ts'
import { storedOnce } from '../stored-once.ts'
import { examineAll } from '../table.ts'

const goal = 0.7
const guarantees: Guarantees = { ack: 'majority', delivery: 'every-member', order: 'room', recoveryMs: 5000 }
const core: readonly Check[] = [ackedIsStored, deliveredToAll, storedOnce, appliedOnce, sequence, noPhantom]

/** Reads every value of every column once, and so much of it that nothing can be left out. */
function bareRead({ length, tNs, client, session, room, kind, layer, message, seq, rev, value }: Columns): number {
  let sum = 0
  for (let row = 0; row < length; row++) {
    sum = (sum + (tNs[row] ?? 0) + (client[row] ?? 0) + (session[row] ?? 0) + (room[row] ?? 0) + (kind[row] ?? 0) + (layer[row] ?? 0) + (message[row] ?? 0) + (seq[row] ?? 0) + (rev[row] ?? 0) + (value[row] ?? 0)) % 1e9
  }
  return sum
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

function main(): void {
  const messages = Number(process.argv[2] ?? 1_000_000)
  const made = performance.now()
  const history = syntheticHistory({ rooms: 100, clients: 1000, messages })
  const { length } = history.columns
  console.log(`${(length / 1e6).toFixed(1)} M rows, ${((messages * 10) / 1e6).toFixed(1)} M deliveries, made in ${((performance.now() - made) / 1e3).toFixed(1)} s`)
  const rate = (ms: number): number => length / ms / 1e3
  const bare = rate(best(() => bareRead(history.columns)))
  console.log(`${'bare read of ten columns'.padEnd(28)} ${bare.toFixed(1).padStart(7)} M rows/s`)
  for (const check of core) {
    const finding = check.examine(fresh(history), guarantees)
    if (finding.verdict !== 'valid') throw new Error(`${check.name} is ${finding.verdict} on a sound history: ${finding.why ?? JSON.stringify(finding.evidence[0])}`)
    const reached = rate(best(() => check.examine(fresh(history), guarantees)))
    console.log(`${check.name.padEnd(28)} ${reached.toFixed(1).padStart(7)} M rows/s   ${(reached / bare).toFixed(2)} of the bare read (goal ${goal})`)
  }
  const all = rate(best(() => examineAll(fresh(history), guarantees), 1))
  console.log(`${'all checks, parts shared'.padEnd(28)} ${all.toFixed(1).padStart(7)} M rows/s   ${(all / bare).toFixed(2)} of the bare read`)
}

main()
