/**
 * Rule: each other check that applies says how many cases it judged; none at all is unknown, never valid. Runs last, over the other findings.
 * Excused: checks that do not apply: the driver lacks the capability, the experiment does not promise it, or nothing of the kind happened.
 * Population: checks that apply.
 * Unknown: when one of them had nothing to judge, or none applies. Never invalid: what other checks find is theirs to tell.
 * Can't see: whether the cases were the interesting ones: a single one is enough.
 */
import type { CheckResult } from '../result.ts'
import { conclude } from './finding.ts'

export const population = {
  name: 'population',
  claim: 'every check had cases to judge',
  judge(results: readonly CheckResult[]): CheckResult {
    const applicable = results.filter((result) => result.verdict !== 'not-applicable')
    const empty = applicable.filter((result) => result.population === 0)
    const doubt =
      applicable.length === 0 ? 'no check applies' : empty.length === 0 ? null : `nothing to judge for ${empty.map((result) => result.name).join(', ')}`
    return { name: this.name, claim: this.claim, ...conclude({ population: applicable.length, violations: 0, figures: { empty: empty.length }, doubt }) }
  },
}
