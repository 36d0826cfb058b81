/** The plan: which fault strikes where and when. Pure: the same experiment, seed and shape give the same steps. */
import { renderDuration } from './duration.ts'
import type { Experiment, FaultSpecification, Trigger } from './experiment.ts'
import { findFault } from './faults/table.ts'
import { random } from './random.ts'
import { patternsOf, planTarget, type PlannedTarget, type Shape } from './targets.ts'

export interface Step {
  index: number
  fault: string
  /** As written in the experiment. */
  parameters: Readonly<Record<string, unknown>>
  target: PlannedTarget
  trigger: Trigger
  /** Null: until the impact phase ends, or never when `permanent`. */
  forMs: number | null
  /** The plan never undoes it. */
  permanent: boolean
  /** `cut node-*->redis for 8s at impact + 1s`. */
  text: string
}

/** Throws one error that names every target which the cluster doesn't have. */
export function plan(experiment: Pick<Experiment, 'faults'>, seed: number, shape: Shape): readonly Step[] {
  const missing: string[] = []
  const steps = experiment.faults.flatMap((specification, index) => {
    try {
      return [stepOf(specification, index, planTarget(specification.target, shape, random(seed, `fault ${index}`)))]
    } catch (error) {
      missing.push(`faults.${index}.${specification.fault}: ${error instanceof Error ? error.message : String(error)}`)
      return []
    }
  })
  if (missing.length > 0) throw new Error(`the plan doesn't fit the topology\n  ${missing.join('\n  ')}`)
  return steps
}

/** Patterns of the links that must run through Toxiproxy; faults of nodes need none. */
export function proxiedLinks(experiment: Pick<Experiment, 'faults'>): string[] {
  const patterns = experiment.faults.filter(({ fault }) => findFault(fault).targets === 'links').flatMap(({ target }) => patternsOf(target))
  return [...new Set(patterns)]
}

export function triggerText(trigger: Trigger): string {
  if (trigger.kind === 'phase') return `${trigger.phase} + ${renderDuration(trigger.afterMs)}`
  return `ack ${trigger.count}${trigger.room === null ? '' : ` in ${trigger.room}`}`
}

function stepOf(specification: FaultSpecification, index: number, target: PlannedTarget): Step {
  const { fault, parameters, trigger, forMs } = specification
  const permanent = forMs === null && findFault(fault).permanentWithoutFor
  const lasting = forMs === null ? (permanent ? 'for good' : 'to the end of impact') : `for ${renderDuration(forMs)}`
  return { index, fault, parameters, target, trigger, forMs, permanent, text: `${fault} ${target.text} ${lasting} at ${triggerText(trigger)}` }
}
