/** How long after each heal it took: the first ok, everyone connected, everyone caught up. */
import type { History } from './history/history.ts'
import { layers } from './history/codes.ts'
import { once } from './checks/once.ts'
import { operationsOf } from './checks/operations.ts'
import { owedOf } from './checks/owed.ts'
import { expectedOf } from './checks/present.ts'
import { sessionsOf } from './checks/sessions.ts'

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

/** The first time from the heal on when every expected client was connected at once: by one session at least. */
function allConnected(history: History, fromNs: number): number | null {
  const expected = expectedOf(history)
  const wanted = expected.reduce((sum, one) => sum + one, 0)
  const changes = sessionsOf(history).of.flatMap((list, client) =>
    expected[client] === 1
      ? list.flatMap(({ fromNs: atNs, toNs }) => [
          { client, atNs, step: 1 },
          { client, atNs: toNs, step: -1 },
        ])
      : [],
  )
  // Where one session follows another at the same time, the new one begins first.
  changes.sort((left, right) => left.atNs - right.atNs || right.step - left.step)
  const lasting = new Int32Array(expected.length)
  let connected = 0
  for (const { client, atNs, step } of changes) {
    if (atNs > fromNs && connected === wanted) return 0
    const was = lasting[client] ?? 0
    lasting[client] = was + step
    connected += Number(was + step > 0) - Number(was > 0)
    if (atNs >= fromNs && connected === wanted) return round(atNs - fromNs)
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
