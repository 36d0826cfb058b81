/**
 * Rule: outside impact at least 98 % of the intended messages were invoked within a second of their time; the 99th percentile of the load workers' event-loop
 * lag from the first phase on is below 250 ms; every client has rows; no client gave up a step of its script. Else less was asked than the script says, and the run is unknown; what
 * was asked is judged all the same.
 * Excused: what was late inside impact, which may be the cluster's doing; lag while the clients arrive, when nothing is asked of anyone at a time.
 * Population: messages intended outside impact.
 * Unknown: when one of the four is missed. Never invalid: a slow generator is no fault of the chat.
 * Can't see: load and cluster that slow each other down on one machine as long as the generator keeps its times; lateness inside impact; how promptly clients
 * took in what came.
 */
import type { History } from '../history/history.ts'
import type { Check } from './check.ts'
import { conclude } from './finding.ts'
import { operationsOf } from './operations.ts'

const leastShare = 0.98
const lagLimitMs = 250
const patienceNs = 1e9

export const generatorFit: Check = {
  name: 'generator-fit',
  claim: 'the load generator offered what was asked, on time',
  examine(history) {
    const { offered, achieved } = offeredOf(history)
    const share = offered === 0 ? 1 : achieved / offered
    const lagMs = lagP99Ms(history)
    const silent = silentClients(history)
    const failed = history.failedSteps
    const doubts = [
      share < leastShare ? `only ${(share * 100).toFixed(1)} % of the intended messages were invoked in time` : null,
      lagMs >= lagLimitMs ? `the event loop of the load workers lagged ${lagMs.toFixed(0)} ms (p99)` : null,
      failed.length > 0 ? `${failed.length} steps of clients failed: ${failed.slice(0, 3).join('; ')}` : null,
      silent.length > 0 ? `${silent.length} clients left no rows: ${silent.slice(0, 3).join(', ')}` : null,
    ].filter((doubt) => doubt !== null)
    return conclude({
      population: offered,
      violations: 0,
      figures: {
        achieved,
        share: Math.round(share * 1e4) / 1e4,
        lagP99Ms: Math.round(lagMs * 10) / 10,
        silentClients: silent.length,
        failedSteps: failed.length,
      },
      doubt: doubts.length === 0 ? null : doubts.join('; '),
    })
  },
}

function offeredOf(history: History): { offered: number; achieved: number } {
  const { intendedNs, invokedNs } = operationsOf(history)
  const impact = history.phases.filter((phase) => phase.name === 'impact')
  let [offered, achieved] = [0, 0]
  for (const [message, atNs] of intendedNs.entries()) {
    if (Number.isNaN(atNs) || impact.some((phase) => phase.startMs <= atNs / 1e6 && atNs / 1e6 < phase.endMs)) continue
    offered++
    if ((invokedNs[message] ?? NaN) - atNs <= patienceNs) achieved++
  }
  return { offered, achieved }
}

function lagP99Ms(history: History): number {
  const fromNs = (history.phases[0]?.startMs ?? 0) * 1e6
  const { tNs, value } = history.columns
  const lags = Float64Array.from([...history.rowsOf('lag')].filter((row) => (tNs[row] ?? 0) >= fromNs).map((row) => (value[row] ?? 0) / 1e3)).sort()
  return lags[Math.max(0, Math.ceil(lags.length * 0.99) - 1)] ?? 0
}

/** Clients for whom no row tells that they ever connected or did anything. */
function silentClients(history: History): string[] {
  const { client, length } = history.columns
  const seen = new Uint8Array(history.clients.length)
  let left = seen.length
  for (let row = 0; row < length && left > 0; row++) {
    const own = client[row] ?? -1
    if (own < 0 || seen[own] === 1) continue
    seen[own] = 1
    left--
  }
  return history.clients.filter((_, index) => seen[index] === 0).map((info) => `${info.user}/${info.device}`)
}
