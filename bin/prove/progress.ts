/** The line after each trial. Pure. */
import type { FinishedTrial } from './finished-trial.ts'
import { outcomeOf } from './tally.ts'

export interface Progress {
  done: number
  planned: number
  /** Of the trials done in this session. */
  meanSeconds: number
}

export function progressLine(trial: FinishedTrial, { done, planned, meanSeconds }: Progress): string {
  const left = Math.ceil(((planned - done) * meanSeconds) / 60)
  return `[${done}/${planned}] ${trial.mutant ?? 'sound'} in ${trial.experiment}, seed ${trial.seed}: ${outcomeOf(trial)} (${trial.seconds} s); about ${left} min left`
}
