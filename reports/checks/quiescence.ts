/** Liveness is judged only at quiescence: every fault healed, the heal proved, and nothing pending or the deadline passed. */
import type { History } from '../history/history.ts'
import { once } from './once.ts'

export interface Quiescence {
  /** Nanoseconds; NaN when settle never ended. */
  atNs: number
  /** Everything was quiet for D before the deadline. */
  settled: boolean
  /** What was pending at the deadline. */
  pending: string
  /** That it passed so, in a sentence; null when everything was quiet before. */
  overdue: string | null
  /** Why liveness can't be judged, or null. */
  doubt: string | null
}

export const quiescenceOf = once((history: History): Quiescence => {
  const row = history.rowsOf('settled').at(-1) ?? -1
  const { tNs, value, rev } = history.columns
  const { endedEarly } = history
  if (row === -1)
    return {
      atNs: NaN,
      settled: false,
      pending: 'unknown',
      overdue: overdueBy('unknown'),
      doubt: endedEarly === undefined ? 'the run did not come to the end of settle' : `the run was ended at its first violation (${endedEarly})`,
    }
  const unhealed = history.faults.find((fault) => !fault.permanent && fault.healedAtMs === null)
  const pending = history.names[rev[row] ?? -1] ?? 'something'
  return {
    atNs: tNs[row] ?? 0,
    settled: value[row] === 1,
    pending,
    overdue: value[row] === 1 ? null : overdueBy(pending),
    doubt: unhealed === undefined ? null : `${unhealed.fault} ${unhealed.target} was not healed, so nothing had to be repaired by then`,
  }
})

const overdueBy = (pending: string): string => `the deadline of settle passed with work pending: ${pending}`
