/** Which trials a proof consists of. Pure. */
import type { Experiment } from '../../chaos/experiment.ts'
import type { Mutant } from '../../system/mutants/mutant.ts'

export interface Trial {
  /** Names it in the state file. */
  key: string
  /** Null: a null trial, on the sound chat. */
  mutant: string | null
  experiment: string
  seed: number
  /** For `--set`. */
  settings: readonly string[]
}
export type ProvedMutant = Pick<Mutant, 'name' | 'experiment' | 'showsAfterMs'>
export type ProvedExperiment = Pick<Experiment, 'name' | 'faults'>

export interface ProofRequest {
  mutants: readonly ProvedMutant[]
  /** Those that null trials go through in turn. */
  experiments: readonly ProvedExperiment[]
  trialsPerMutant: number
  nullTrials: number
  seed: number
}

const quietImpactMs = 4_000
const afterLastFaultMs = 2_000
/** A violation is there before the clients come to rest; who is sound needs time for that. */
const settleMs = { mutant: 10_000, sound: 15_000 }

/** Phases as short as the experiment's faults allow, and what is to show `afterFaultsMs`. */
export function shortPhases({ faults }: ProvedExperiment, settle: number, afterFaultsMs = afterLastFaultMs): string[] {
  const ends = faults.map(({ trigger, forMs }) => (trigger.kind === 'phase' && trigger.phase === 'impact' ? trigger.afterMs : 0) + (forMs ?? 0) + afterFaultsMs)
  const milliseconds = { warmup: 1_000, steady: 4_000, impact: Math.max(quietImpactMs, afterFaultsMs, ...ends), recovery: 3_000, settle }
  return Object.entries(milliseconds).map(([phase, ms]) => `phases.${phase}=${ms}ms`)
}

/** Mutants first, then the null trials; throws when a mutant names an experiment that isn't there. */
export function planProof({ mutants, experiments, trialsPerMutant, nullTrials, seed }: ProofRequest): Trial[] {
  const planned = (mutant: ProvedMutant | null, experiment: ProvedExperiment, trialSeed: number): Trial => ({
    key: `${mutant?.name ?? 'sound'}/${experiment.name}/${trialSeed}`,
    mutant: mutant?.name ?? null,
    experiment: experiment.name,
    seed: trialSeed,
    settings: shortPhases(experiment, mutant === null ? settleMs.sound : settleMs.mutant, mutant?.showsAfterMs),
  })
  const ofMutants = mutants.flatMap((mutant) => {
    const { name, experiment: named } = mutant
    const experiment = experiments.find((one) => one.name === named)
    if (experiment === undefined) throw new Error(`mutant ${name} names experiment ${named}, which is not there`)
    return Array.from({ length: trialsPerMutant }, (_, index) => planned(mutant, experiment, seed + index))
  })
  const sound = Array.from({ length: nullTrials }, (_, index) => experiments[index % experiments.length]).flatMap((experiment, index) =>
    experiment === undefined ? [] : [planned(null, experiment, seed + Math.floor(index / experiments.length))],
  )
  return [...ofMutants, ...sound]
}
