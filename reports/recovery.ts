/** How long after each heal it took: the first ok, everyone connected, everyone caught up. */
import type { History } from './history/history.ts'
import { layers } from './history/kinds.ts'
import { once } from './checks/once.ts'
import { operationsOf } from './checks/operations.ts'
import { owedOf } from './checks/owed.ts'
import { expectedOf } from './checks/present.ts'

/** Milliseconds after the heal (after the injection for a fault that stays); null when it never came. */
export interface Recovery {
  fault: string
  firstOkMs: number | null
  allConnectedMs: number | null
  caughtUpMs: number | null
}

const round = (ns: number): number => Math.round(ns / 1e4) / 100

export const recoveriesOf = once((history: History): readonly Recovery[] =>
  history.faults.flatMap((fault) => {
    const fromMs = fault.healedAtMs ?? (fault.permanent ? fault.injectedAtMs : null)
    if (fault.divergence !== null || fromMs === null) return []
    const fromNs = fromMs * 1e6
    return [
      {
        fault: `${fault.fault} ${fault.target}`,
        firstOkMs: firstOk(history, fromNs),
        allConnectedMs: allConnected(history, fromNs),
        caughtUpMs: caughtUp(history, fromNs),
      },
    ]
  }),
)

function firstOk(history: History, fromNs: number): number | null {
  const row = history.rowsOf('ok').find((one) => (history.columns.tNs[one] ?? 0) >= fromNs)
  return row === undefined ? null : round((history.columns.tNs[row] ?? 0) - fromNs)
}

/** The first time from the heal on when every expected client was connected at once. */
function allConnected(history: History, fromNs: number): number | null {
  const { client, session, tNs, kind } = history.columns
  const expected = expectedOf(history)
  const wanted = expected.reduce((sum, one) => sum + one, 0)
  const current = new Int32Array(expected.length).fill(-1)
  const connects = history.rowsOf('connect')
  const connect = kind[connects[0] ?? -1]
  const rows = Int32Array.from([...connects, ...history.rowsOf('disconnect')]).sort()
  let connected = 0
  for (const row of rows) {
    if ((tNs[row] ?? 0) > fromNs && connected === wanted) return 0
    const own = client[row] ?? -1
    if (expected[own] !== 1) continue
    const was = current[own] !== -1
    if (kind[row] === connect) current[own] = session[row] ?? 0
    else if (current[own] === session[row]) current[own] = -1
    connected += Number(current[own] !== -1) - Number(was)
    if ((tNs[row] ?? 0) >= fromNs && connected === wanted) return round((tNs[row] ?? 0) - fromNs)
  }
  return connected === wanted ? 0 : null
}

/** When the last message that was wanted before the heal was applied by the last expected client; null when one never was. */
function caughtUp(history: History, fromNs: number): number | null {
  if (owedOf(history).earliestMissingNs <= fromNs) return null
  const { tNs, layer, message, client, length } = history.columns
  const { intendedNs } = operationsOf(history)
  const expected = expectedOf(history)
  const deliveries = history.rowsOf('delivery')
  let last = fromNs
  for (let index = firstAt(deliveries, tNs, fromNs); index < deliveries.length; index++) {
    const row = deliveries[index] ?? length
    const ours = ((layer[row] ?? 0) & (layers.applied | layers.page)) === layers.applied && expected[client[row] ?? -1] === 1
    if (ours && (intendedNs[message[row] ?? -1] ?? Infinity) <= fromNs) last = tNs[row] ?? last
  }
  return round(last - fromNs)
}

/** Index of the first of these rows at or after a time. */
function firstAt(rows: Int32Array, tNs: Float64Array, atNs: number): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((tNs[rows[middle] ?? 0] ?? 0) < atNs) low = middle + 1
    else high = middle
  }
  return low
}
