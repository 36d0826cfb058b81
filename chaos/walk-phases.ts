/** The clients' way through the phases, to the end of settle or to the first violation. */
import { FirstViolation } from '../reports/online/watch.ts'
import type { ControlServer } from '../scenarios/control-server.ts'
import type { RunningCluster } from '../system/cluster/cluster.ts'
import { until } from './abortable.ts'
import type { Experiment } from './experiment.ts'
import type { RunFolder } from './run-folder.ts'
import type { Schedule } from './schedule.ts'
import type { Timeline } from './timeline.ts'

export interface Walk {
  timeline: Timeline
  schedule: Schedule
  control: ControlServer
  cluster: RunningCluster
  record: RunFolder
  phases: Experiment['phases']
  /** Rejects with its reason when it is aborted, but for a FirstViolation: that ends the phases in order. */
  signal: AbortSignal
  line: (text: string) => void
}

/** The load is told to end, everything is healed, and the record has the faults as they were. */
export async function walkPhases(walk: Walk): Promise<void> {
  const { control, record, schedule, line } = walk
  try {
    await throughSettle(walk)
  } catch (error) {
    if (!(error instanceof FirstViolation)) throw error
    // The load ends before anything else, so that the record ends soon after the violation.
    control.end()
    line(`fail-fast   ${error.message}`)
    record.endedEarly(error.message)
    await schedule.finish()
    record.faults(await schedule.done)
    return
  }
  control.end()
}

async function throughSettle({ timeline, schedule, cluster, record, phases, signal }: Walk): Promise<void> {
  await timeline.phase('warmup', phases.warmupMs, schedule)
  await timeline.phase('steady', phases.steadyMs, schedule)
  await timeline.phase('impact', phases.impactMs, schedule)
  timeline.begin('recovery', phases.recoveryMs)
  await Promise.all([schedule.finish(), until(phases.recoveryMs, signal)])
  record.faults(await schedule.done)
  await timeline.settle(cluster, phases.settleMs)
}
