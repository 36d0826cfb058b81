/** What became of one trial, as a line of the state file. */
import { z } from 'zod'
import type { Result } from '../../reports/result.ts'
import type { Trial } from './proof-plan.ts'

const finishedTrial = z.object({
  key: z.string(),
  mutant: z.string().nullable(),
  experiment: z.string(),
  seed: z.number(),
  /** `broken`: it came to no verdict. */
  verdict: z.enum(['valid', 'invalid', 'unknown', 'broken']),
  /** Checks by what they found. */
  invalid: z.array(z.string()),
  unknown: z.array(z.string()),
  seconds: z.number(),
  /** Why it is broken. */
  why: z.string().optional(),
})
export type FinishedTrial = z.infer<typeof finishedTrial>

type Judged = Pick<Result, 'verdict'> & { checks: readonly Pick<Result['checks'][number], 'name' | 'verdict'>[] }

export function judged({ key, mutant, experiment, seed }: Trial, { verdict, checks }: Judged, seconds: number): FinishedTrial {
  const found = (wanted: string) => checks.filter((check) => check.verdict === wanted).map((check) => check.name)
  return { key, mutant, experiment, seed, verdict, invalid: found('invalid'), unknown: found('unknown'), seconds }
}

export function broken({ key, mutant, experiment, seed }: Trial, why: string, seconds: number): FinishedTrial {
  return { key, mutant, experiment, seed, verdict: 'broken', invalid: [], unknown: [], seconds, why }
}

/** The last line of each trial; a line that was cut when the program ended is left out. */
export function readTrials(text: string): Map<string, FinishedTrial> {
  const trials = text.split('\n').flatMap((line) => {
    try {
      return [finishedTrial.parse(JSON.parse(line))]
    } catch {
      return []
    }
  })
  return new Map(trials.map((trial) => [trial.key, trial]))
}
