/** What all trials together say. Pure. */
import type { Mutant } from '../../system/mutants/mutant.ts'
import type { FinishedTrial } from './finished-trial.ts'
import type { Trial } from './proof-plan.ts'
import { wilson, type Interval } from './wilson.ts'

export interface MutantRow {
  name: string
  breaks: string
  experiment: string
  caughtBy: readonly string[]
  /** Trials in which one of those checks was invalid, of those that were to be done. */
  caught: number
  trials: number
  rate: Interval
  /** Other checks that were invalid, too. */
  also: readonly string[]
  verdict: 'caught' | 'missed'
  /** Of the trials that missed it. */
  why: readonly string[]
}
export interface NullRow {
  experiment: string
  trials: number
  /** Valid, and those without a violation that were not proved valid either. */
  valid: number
  unknown: number
  falseAlarms: number
  /** Checks that raised one. */
  alarmedBy: readonly string[]
  broken: number
}
export interface Tally {
  mutants: readonly MutantRow[]
  sound: readonly NullRow[]
  falseAlarmRate: Interval & { falseAlarms: number; trials: number }
  /** Every mutant was caught in every trial, and no sound run was accused. */
  proved: boolean
}

/** A planned trial that isn't finished counts as missed. */
export function tally(mutants: readonly Mutant[], planned: readonly Trial[], finished: ReadonlyMap<string, FinishedTrial>): Tally {
  const rows = mutants.map((mutant) =>
    mutantRow(
      mutant,
      planned.filter((trial) => trial.mutant === mutant.name),
      finished,
    ),
  )
  const sound = [...new Set(planned.filter((trial) => trial.mutant === null).map((trial) => trial.experiment))].map((experiment) =>
    nullRow(
      experiment,
      planned.filter((trial) => trial.mutant === null && trial.experiment === experiment),
      finished,
    ),
  )
  const falseAlarms = sound.reduce((sum, row) => sum + row.falseAlarms, 0)
  const trials = sound.reduce((sum, row) => sum + row.trials - row.broken, 0)
  const isSound = falseAlarms === 0 && sound.every((row) => row.broken === 0)
  return {
    mutants: rows,
    sound,
    falseAlarmRate: { falseAlarms, trials, ...wilson(falseAlarms, trials) },
    proved: isSound && rows.every((row) => row.verdict === 'caught'),
  }
}

function mutantRow({ name, breaks, experiment, caughtBy }: Mutant, planned: readonly Trial[], finished: ReadonlyMap<string, FinishedTrial>): MutantRow {
  const isCaught = (trial: Trial) => finished.get(trial.key)?.invalid.some((check) => caughtBy.includes(check)) === true
  const caught = planned.filter(isCaught).length
  const invalid = new Set(planned.flatMap((trial) => finished.get(trial.key)?.invalid ?? []))
  return {
    name,
    breaks,
    experiment,
    caughtBy,
    caught,
    trials: planned.length,
    rate: wilson(caught, planned.length),
    also: [...invalid].filter((check) => !caughtBy.includes(check)),
    verdict: caught === planned.length && caught > 0 ? 'caught' : 'missed',
    why: planned.filter((trial) => !isCaught(trial)).map((trial) => `seed ${trial.seed}: ${outcomeOf(finished.get(trial.key))}`),
  }
}

function nullRow(experiment: string, planned: readonly Trial[], finished: ReadonlyMap<string, FinishedTrial>): NullRow {
  const found = planned.map((trial) => finished.get(trial.key))
  const count = (verdict: FinishedTrial['verdict']) => found.filter((trial) => trial?.verdict === verdict).length
  const alarms = found.filter((trial) => (trial?.invalid.length ?? 0) > 0)
  return {
    experiment,
    trials: planned.length,
    valid: count('valid'),
    unknown: count('unknown'),
    falseAlarms: alarms.length,
    alarmedBy: [...new Set(alarms.flatMap((trial) => trial?.invalid ?? []))],
    broken: found.filter((trial) => trial === undefined || trial.verdict === 'broken').length,
  }
}

/** One trial in a few words. */
export function outcomeOf(trial: FinishedTrial | undefined): string {
  if (trial === undefined) return 'not done'
  if (trial.verdict === 'broken') return `no verdict: ${trial.why ?? 'unknown why'}`
  if (trial.invalid.length > 0) return `invalid by ${trial.invalid.join(', ')}`
  return trial.unknown.length > 0 ? `${trial.verdict}; unknown: ${trial.unknown.join(', ')}` : trial.verdict
}
