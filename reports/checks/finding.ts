/** How a check's counts become a finding. */
import type { Figures, Finding, Story } from '../result.ts'

/** The most examples that a finding carries. */
export const exampleLimit = 10

interface Counts {
  population: number
  violations: number
  figures?: Figures
  evidence?: readonly Story[]
  /** Why the counts can't be trusted: it outranks violations. */
  doubt?: string | null
  /** Why violations are reported only: the experiment doesn't promise this. */
  notPromised?: string | null
  /** What else there is to say of violations. */
  why?: string | null
}

/** Doubt -> unknown; violations -> invalid (or reported, where nothing was promised); else valid. */
export function conclude(counts: Counts): Finding {
  const base = { population: counts.population, figures: { ...counts.figures, violations: counts.violations }, evidence: counts.evidence ?? [] }
  if (counts.doubt) return { verdict: 'unknown', ...base, why: counts.doubt }
  if (counts.violations === 0) return { verdict: 'valid', ...base }
  if (counts.notPromised) return { verdict: 'not-applicable', ...base, why: counts.notPromised }
  return counts.why === undefined || counts.why === null ? { verdict: 'invalid', ...base } : { verdict: 'invalid', ...base, why: counts.why }
}

export function notApplicable(why: string): Finding {
  return { verdict: 'not-applicable', population: 0, figures: {}, evidence: [], why }
}
