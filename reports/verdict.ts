/** From findings to the verdict of a run and its exit code. Pure. */
import type { CheckResult, Result, ThresholdResult } from './result.ts'

const exitCodes = { valid: 0, thresholdMissed: 1, invalid: 2, unknown: 3 } as const

export interface Judged {
  verdict: Result['verdict']
  exitCode: number
  reasons: readonly string[]
}

/**
 * The worst finding: invalid > unknown > valid. Findings that a broken record made unknown come as such, so that insufficiency (a fault that did not
 * bite, a slow generator) never hides a violation. `notClosed`: why the run's own end is not recorded: then nothing is known.
 */
export function judge(checks: readonly CheckResult[], thresholds: readonly ThresholdResult[], notClosed: string | null): Judged {
  if (notClosed !== null) return { verdict: 'unknown', exitCode: exitCodes.unknown, reasons: [notClosed] }
  const invalid = checks.filter((check) => check.verdict === 'invalid')
  const unknown = checks.filter((check) => check.verdict === 'unknown')
  const unmeasured = thresholds.filter((threshold) => threshold.met === null)
  const missed = thresholds.filter((threshold) => threshold.met === false)
  const reasons = [
    ...invalid.map((check) => `${check.name}: ${check.why ?? `${violations(check)} of ${check.population}`}`),
    ...unknown.map((check) => `${check.name}: ${check.why ?? 'unknown'}`),
    ...unmeasured.map((threshold) => `threshold ${threshold.text}: there was nothing to measure`),
    ...missed.map(
      (threshold) => `threshold missed: ${threshold.text} (${threshold.measured === null ? 'it never came' : `${threshold.measured} ${threshold.unit}`})`,
    ),
  ]
  if (invalid.length > 0) return { verdict: 'invalid', exitCode: exitCodes.invalid, reasons }
  if (unknown.length > 0 || unmeasured.length > 0) return { verdict: 'unknown', exitCode: exitCodes.unknown, reasons }
  return { verdict: 'valid', exitCode: missed.length > 0 ? exitCodes.thresholdMissed : exitCodes.valid, reasons }
}

function violations(check: CheckResult): string {
  const count = check.figures['violations']
  return count === undefined ? 'violated' : `${count} violations`
}
