/** An experiment: hypothesis, topology, scenario, plan of faults, guarantees and thresholds. Data only. */
import { dirname, isAbsolute, join } from 'node:path'
import type { Guarantees } from '../reports/checks/check.ts'
import type { AccessWay } from '../system/protocol.ts'
import { parseDuration } from './duration.ts'
import { experimentDocument, type ExperimentDocument, type faultPhases } from './experiment-document.ts'
import { issuesOf, problemsOf } from './experiment-problems.ts'
import { isPath, ruleIssues, type Known } from './experiment-rules.ts'
import { findFault, faultNames } from './faults/table.ts'
import type { Problem } from './problem.ts'
import { applySettings } from './settings.ts'
import type { TargetSelector } from './targets.ts'
import { readDocument } from './yaml-document.ts'

export type FaultPhase = (typeof faultPhases)[number]
export type Trigger = { kind: 'phase'; phase: FaultPhase; afterMs: number } | { kind: 'acked'; count: number; room: string | null }

export interface FaultSpecification {
  fault: string
  target: TargetSelector
  /** As written; the fault parses them when it is injected. */
  parameters: Readonly<Record<string, unknown>>
  trigger: Trigger
  /** Null: to the end of the impact phase, or for good where the fault says so. */
  forMs: number | null
}
export interface Load {
  rooms?: number
  membersPerRoom?: number
  messagesPerSecondPerRoom?: number
  bodyBytes?: number
}

export interface Experiment {
  name: string
  hypothesis: string
  topology: string
  /** A known name, or the path of an Artillery script (relative ones are taken from the experiment's folder). */
  scenario: string
  seed: number
  phases: { warmupMs: number; steadyMs: number; impactMs: number; recoveryMs: number; settleMs: number }
  faults: readonly FaultSpecification[]
  guarantees: Guarantees
  thresholds: readonly string[]
  load: Load
  /** How the nodes give files out, where the scenario shares any. */
  files: { access: AccessWay }
}

/** All problems at once, in the order of the file. `settings` are `path=value` texts that change the experiment first. */
export function parseExperiment(
  text: string,
  file: string,
  known: Known,
  settings: readonly string[] = [],
): { experiment: Experiment } | { problems: Problem[] } {
  const read = readDocument(text, file)
  if ('problems' in read) return read
  const applied = applySettings(read.document, settings)
  const value: unknown = read.document.toJS()
  const parsed = experimentDocument.safeParse(value)
  const issues = [...(parsed.success ? [] : issuesOf(parsed.error, value)), ...ruleIssues(value, known)]
  const problems = [...applied.problems, ...problemsOf(issues, read, applied.settingOf)]
  if (!parsed.success || problems.length > 0) return { problems }
  return { experiment: experimentOf(parsed.data, file) }
}

function experimentOf(document: ExperimentDocument, file: string): Experiment {
  const { phases, guarantees, scenario } = document
  return {
    name: document.name,
    hypothesis: document.hypothesis,
    topology: document.topology,
    scenario: isPath(scenario) && !isAbsolute(scenario) ? join(dirname(file), scenario) : scenario,
    seed: document.seed,
    phases: {
      warmupMs: parseDuration(phases.warmup),
      steadyMs: parseDuration(phases.steady),
      impactMs: parseDuration(phases.impact),
      recoveryMs: parseDuration(phases.recovery),
      settleMs: parseDuration(phases.settle),
    },
    faults: document.faults.map(specificationOf),
    guarantees: {
      ack: guarantees.ack,
      delivery: guarantees.delivery,
      order: guarantees.order,
      recoveryMs: parseDuration(guarantees.recovery),
      ...(guarantees.progress === undefined ? {} : { progress: guarantees.progress }),
    },
    thresholds: document.thresholds,
    load: withoutAbsent(document.load),
    files: document.files,
  }
}

function specificationOf(row: ExperimentDocument['faults'][number]): FaultSpecification {
  const entries = Object.entries(row)
  const name = entries.map(([key]) => key).find((key) => faultNames.includes(key)) ?? ''
  const written: Record<string, unknown> = { ...Object(entries.find(([key]) => key === name)?.[1]) }
  const own = findFault(name).parameters.shape
  return {
    fault: name,
    target: selectorOf(written),
    parameters: Object.fromEntries(Object.entries(written).filter(([key]) => key in own)),
    trigger: triggerOf(row.at),
    forMs: row.for === undefined ? null : parseDuration(row.for),
  }
}

function selectorOf(written: Readonly<Record<string, unknown>>): TargetSelector {
  if (typeof written['link'] === 'string') return { kind: 'link', pattern: written['link'] }
  if (typeof written['node'] === 'string') return { kind: 'node', node: written['node'] }
  return { kind: 'cohort', cohort: String(written['cohort']) }
}

function triggerOf(at: ExperimentDocument['faults'][number]['at']): Trigger {
  if (at.phase !== undefined) return { kind: 'phase', phase: at.phase, afterMs: at.after === undefined ? 0 : parseDuration(at.after) }
  return { kind: 'acked', count: at.count ?? 1, room: at.room ?? null }
}

function withoutAbsent(load: ExperimentDocument['load']): Load {
  return Object.fromEntries(Object.entries(load).filter(([, value]) => value !== undefined))
}
