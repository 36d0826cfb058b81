/** Latencies of a run, counted from the intended time, with exact quantiles. */
import type { LatencyFigures } from './result.ts'
import type { History } from './history/history.ts'
import { layers, phases } from './history/codes.ts'
import { auditOf } from './checks/audit.ts'
import { once } from './checks/once.ts'
import { operationsOf } from './checks/operations.ts'
import { sessionsOf } from './checks/sessions.ts'

export type Place = 'local' | 'remote'
export type Phase = keyof typeof phases

/** One entry a measured event: milliseconds, code of the phase in which it was intended (255: none), 1 = local, 2 = remote, 0 = neither: whoever was offline at the commit has no place. */
export interface Samples {
  ms: Float64Array
  phase: Uint8Array
  place: Uint8Array
  length: number
}
export interface Latencies {
  ack: Samples
  delivery: Samples
}

const placeCodes = { local: 1, remote: 2 } as const

export const latenciesOf = once((history: History): Latencies => ({ ack: ackSamples(history), delivery: deliverySamples(history) }))

/** By message: code of the phase in which it was intended. */
function phaseByMessage(history: History): Uint8Array {
  return Uint8Array.from(operationsOf(history).intendedNs, (atNs) => {
    const phase = history.phases.find(({ startMs, endMs }) => startMs <= atNs / 1e6 && atNs / 1e6 < endMs)
    return phase === undefined ? 255 : phases[phase.name]
  })
}

const empty = (length: number): Samples => ({ ms: new Float64Array(length), phase: new Uint8Array(length), place: new Uint8Array(length), length: 0 })

function ackSamples(history: History): Samples {
  const { okRow, intendedNs } = operationsOf(history)
  const phase = phaseByMessage(history)
  const samples = empty(history.messages.length)
  for (const [message, row] of okRow.entries()) {
    const latency = ((history.columns.tNs[row] ?? NaN) - (intendedNs[message] ?? NaN)) / 1e6
    if (Number.isNaN(latency)) continue
    samples.ms[samples.length] = latency
    samples.phase[samples.length++] = phase[message] ?? 255
  }
  return samples
}

/** Applied rows of other people's messages; pages of history aside. */
function deliverySamples(history: History): Samples {
  const { tNs, layer, message, client, room, session } = history.columns
  const { intendedNs, commitNs } = operationsOf(history)
  const { storedRow } = auditOf(history)
  const sessions = sessionsOf(history)
  const phase = phaseByMessage(history)
  const rows = history.rowsOf('delivery')
  const samples = empty(rows.length)
  for (const row of rows) {
    const own = message[row] ?? -1
    const latency = ((tNs[row] ?? NaN) - (intendedNs[own] ?? NaN)) / 1e6
    if (((layer[row] ?? 0) & (layers.applied | layers.page)) !== layers.applied || Number.isNaN(latency) || history.messages.client[own] === client[row])
      continue
    const node = sessions.nodeAt(client[row] ?? -1, room[row] ?? -1, commitNs[own] ?? NaN)
    const acceptedBy = session[storedRow[own] ?? -1] ?? -1
    samples.ms[samples.length] = latency
    samples.place[samples.length] = acceptedBy === -1 || node === -1 ? 0 : node === acceptedBy ? placeCodes.local : placeCodes.remote
    samples.phase[samples.length++] = phase[own] ?? 255
  }
  return samples
}

/** Sorted milliseconds of the samples that were intended in that phase and went to that place (null: all). */
export function select(samples: Samples, phase: Phase | null, place: Place | null): Float64Array {
  const kept = new Float64Array(samples.length)
  let length = 0
  for (let index = 0; index < samples.length; index++) {
    if ((phase !== null && samples.phase[index] !== phases[phase]) || (place !== null && samples.place[index] !== placeCodes[place])) continue
    kept[length++] = samples.ms[index] ?? 0
  }
  return kept.subarray(0, length).sort()
}

/** Nearest rank: the smallest value with at least that share at or below it. NaN when there is none. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN
}

export function figuresOf(sorted: Float64Array): LatencyFigures {
  const at = (share: number): number => (sorted.length === 0 ? 0 : Math.round(quantile(sorted, share) * 1e3) / 1e3)
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1) }
}
