/**
 * Thresholds as an experiment writes them: `metric comparison limit [during phase]`.
 *
 *   ack.p99 < 100ms                       p50 p90 p99 p99.9 max, of ack, delivery, delivery.local, delivery.remote; ms or s
 *   delivery.p99 < 250ms during steady    by the phase in which the message was intended
 *   recovery.caughtUp < 5s                firstOk, allConnected, caughtUp: the worst over all faults; ms or s
 *   delivery.rate >= 400/s during steady  ack.rate, delivery.rate: events a second
 */
import type { ThresholdResult } from './result.ts'
import type { History } from './history/history.ts'
import { phases } from './history/codes.ts'
import { latenciesOf, quantile, select, type Phase, type Place, type Samples } from './latency.ts'
import { recoveriesOf } from './recovery.ts'

const shares = { p50: 0.5, p90: 0.9, p99: 0.99, 'p99.9': 0.999, max: 1 } as const
const times = { firstOk: 'firstOkMs', allConnected: 'allConnectedMs', connected: 'allConnectedMs', caughtUp: 'caughtUpMs' } as const
const comparisons = {
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
} as const

type Subject = { of: 'ack' | 'delivery'; place: Place | null; what: keyof typeof shares | 'rate' } | { of: 'recovery'; what: keyof typeof times }
export interface Threshold {
  text: string
  subject: Subject
  comparison: keyof typeof comparisons
  /** milliseconds, or events a second */ limit: number
  unit: 'ms' | '/s'
  phase: Phase | null
}

const form = /^(?<metric>[A-Za-z0-9.]+)\s*(?<comparison><=|>=|<|>)\s*(?<number>\d+(?:\.\d+)?)\s*(?<unit>ms|s|\/s)(?:\s+during\s+(?<phase>\w+))?$/
const isKey = <T extends object>(table: T, key: string | undefined): key is Extract<keyof T, string> => key !== undefined && Object.hasOwn(table, key)
const list = (table: object): string => Object.keys(table).join(', ')

/** Throws an Error that says what is wrong with the text and what would be right. */
export function parseThreshold(text: string): Threshold {
  const groups = form.exec(text.trim())?.groups
  if (groups === undefined)
    throw new Error(`threshold "${text}" is not of the form \`metric < number unit [during phase]\`, for example \`delivery.p99 < 250ms during steady\``)
  const { metric = '', comparison = '<', number = '', unit = 'ms', phase } = groups
  const subject = parseSubject(text, metric)
  if (!isKey(comparisons, comparison)) throw new Error(`threshold "${text}": ${comparison} is no comparison; there are ${list(comparisons)}`)
  if (phase !== undefined && !isKey(phases, phase)) throw new Error(`threshold "${text}": there is no phase ${phase}; there are ${list(phases)}`)
  if (phase !== undefined && subject.of === 'recovery') throw new Error(`threshold "${text}": recovery is counted from a heal and takes no phase`)
  if ((subject.what === 'rate') !== (unit === '/s'))
    throw new Error(`threshold "${text}": ${metric} is in ${subject.what === 'rate' ? '/s' : 'ms or s'}, not in ${unit}`)
  return { text, subject, comparison, limit: Number(number) * (unit === 's' ? 1000 : 1), unit: unit === '/s' ? '/s' : 'ms', phase: phase ?? null }
}

function parseSubject(text: string, metric: string): Subject {
  const [of, ...rest] = metric.split('.')
  if (of === 'recovery') {
    const what = rest.join('.')
    if (isKey(times, what)) return { of, what }
    throw new Error(`threshold "${text}": recovery has no ${what || 'name'}; there are ${list(times)}`)
  }
  if (of !== 'ack' && of !== 'delivery') throw new Error(`threshold "${text}": there is no metric ${metric}; it begins with ack, delivery or recovery`)
  const place = of === 'delivery' && (rest[0] === 'local' || rest[0] === 'remote') ? rest[0] : null
  const what = rest.slice(place === null ? 0 : 1).join('.')
  if (isKey(shares, what) || what === 'rate') return { of, place, what }
  throw new Error(`threshold "${text}": ${of} has no ${what || 'name'}; there are ${list(shares)}, rate`)
}

/** `met` is null when there was nothing to measure. */
export function judgeThreshold(threshold: Threshold, history: History): ThresholdResult {
  const measured = measure(threshold, history)
  const met = measured === null ? null : Number.isNaN(measured) ? false : comparisons[threshold.comparison](measured, threshold.limit)
  return {
    text: threshold.text,
    met,
    measured: measured === null || !Number.isFinite(measured) ? null : Math.round(measured * 1e3) / 1e3,
    unit: threshold.unit,
  }
}

/** Null: nothing to measure. NaN: it never came. */
function measure({ subject, phase }: Threshold, history: History): number | null {
  if (subject.of === 'recovery') {
    const recoveries = recoveriesOf(history)
    return recoveries.length === 0 ? null : Math.max(...recoveries.map((one) => one[times[subject.what]] ?? NaN))
  }
  const samples: Samples = latenciesOf(history)[subject.of]
  const sorted = select(samples, phase, subject.place)
  if (subject.what === 'rate') {
    const lastedMs = history.phases.filter(({ name }) => phase === null || name === phase).reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
    return lastedMs === 0 ? null : (sorted.length / lastedMs) * 1e3
  }
  return sorted.length === 0 ? null : quantile(sorted, shares[subject.what])
}
