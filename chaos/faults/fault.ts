/** What a fault is. CREATING_FAULTS.md shows how to write one. */
import { z } from 'zod'
import type { RunningCluster } from '../../system/cluster/cluster.ts'
import type { ResolvedTarget } from '../targets.ts'

/** All of the cluster that a fault may touch. */
export type Surroundings = Pick<RunningCluster, 'links' | 'nodes' | 'workers' | 'servers' | 'toxiproxy'>

export interface Evidence {
  /** Whether traffic of the run was really hit; false makes the run unknown. */
  bit: boolean
  lines: readonly string[]
}

/** Disposing heals, and rejects unless a probe proves the heal. Whatever must be undone is held here: a fault has no state. */
export interface ActiveFault extends AsyncDisposable {
  /** Asked once, just before the heal. */
  evidence(): Promise<Evidence>
  /** How the heal was proved; null until then. */
  readonly heal: string | null
}

export type FaultTargets = 'links' | 'nodes'

export interface Fault<Parameters extends z.ZodObject> {
  name: string
  summary: string
  /** Node faults take `node` only; link faults take `link`, `node` or `cohort`. */
  targets: FaultTargets
  parameters: Parameters
  /** Without `for` the plan never undoes it; otherwise a fault without `for` ends with the impact phase. */
  permanentWithoutFor: boolean
  inject(target: ResolvedTarget, parameters: z.output<Parameters>, surroundings: Surroundings, signal: AbortSignal): Promise<ActiveFault>
}

/** A row of the table: takes its parameters as the user wrote them. */
export interface ListedFault extends Omit<Fault<z.ZodObject>, 'inject'> {
  inject(target: ResolvedTarget, written: unknown, surroundings: Surroundings, signal: AbortSignal): Promise<ActiveFault>
}

export function listed<Parameters extends z.ZodObject>(fault: Fault<Parameters>): ListedFault {
  return { ...fault, inject: (target, written, surroundings, signal) => fault.inject(target, fault.parameters.parse(written), surroundings, signal) }
}
