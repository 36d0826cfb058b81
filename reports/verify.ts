/** The verdict of a run, from its folder alone: history -> findings -> verdict -> Result. Same folder, same bytes, but for `writtenAt`. */
import { basename } from 'node:path'
import { examineAll, recordDoubt } from './checks/table.ts'
import { countsOf, nodesOf } from './counts.ts'
import { evennessOf } from './evenness.ts'
import type { History } from './history/history.ts'
import { HistoryError } from './history/history-error.ts'
import type { Manifest } from './history/manifest.ts'
import { openHistory } from './history/open-history.ts'
import { readManifest } from './history/run-files.ts'
import { figuresOf, latenciesOf, select } from './latency.ts'
import { recoveriesOf } from './recovery.ts'
import { resultVersion, type Result } from './result.ts'
import { judgeThreshold, parseThreshold } from './thresholds.ts'
import { judge } from './verdict.ts'

export interface VerifyOptions {
  /** ISO 8601, the time told in the result */ writtenAt: string
}

/** Throws a HistoryError when the folder is not one of a run; whatever else is wrong with the record is in the result. */
export function verifyRun(folder: string, options: VerifyOptions): Result {
  const history = openHistory(folder)
  try {
    return resultOf(readManifest(folder), history, options)
  } catch (error) {
    const doubt = recordDoubt(history)
    if (doubt === null || !(error instanceof Error)) throw error
    throw new HistoryError(`the record of ${folder} is broken (${doubt}), and so its figures can't be worked out: ${error.message}`, { cause: error })
  }
}

export function resultOf(manifest: Manifest, history: History, options: VerifyOptions): Result {
  const { experiment } = manifest
  const checks = examineAll(history, experiment.guarantees)
  const thresholds = experiment.thresholds.map((text) => judgeThreshold(parseThreshold(text), history))
  const notClosed = manifest.notPlayed ?? (manifest.closed ? null : 'the run was ended before its end was recorded')
  return {
    version: resultVersion,
    ...judge(checks, thresholds, notClosed),
    notPlayed: manifest.notPlayed,
    experiment: experiment.name,
    hypothesis: experiment.hypothesis,
    seed: manifest.seed,
    topology: experiment.topology,
    scenario: experiment.scenario,
    mutant: manifest.mutant,
    replay: manifest.replay,
    // The name alone: a folder that was moved gives the same bytes.
    folder: basename(history.folder),
    components: manifest.components,
    versions: manifest.versions,
    machine: manifest.machine,
    startedAt: manifest.startedAt,
    writtenAt: options.writtenAt,
    phases: history.phases,
    faults: history.faults.map(({ fault, target, injectedAtMs, healedAtMs, bit, evidence, heal, divergence }) => ({
      fault,
      target,
      injectedAt: injectedAtMs,
      healedAt: healedAtMs,
      bit,
      evidence,
      heal,
      divergence,
    })),
    counts: countsOf(history),
    latency: latencyOf(history),
    recovery: recoveriesOf(history),
    evenness: evennessOf(history),
    nodes: nodesOf(history),
    thresholds,
    checks,
  }
}

function latencyOf(history: History): Result['latency'] {
  const { ack, delivery } = latenciesOf(history)
  return {
    ack: figuresOf(select(ack, null, null)),
    deliveryLocal: figuresOf(select(delivery, null, 'local')),
    deliveryRemote: figuresOf(select(delivery, null, 'remote')),
    deliverySteady: figuresOf(select(delivery, 'steady', null)),
    deliveryImpact: figuresOf(select(delivery, 'impact', null)),
  }
}
