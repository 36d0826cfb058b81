/**
 * Carries out a plan. Each step waits for its trigger, injects its fault, and heals it after its time; finish() ends all
 * waits and heals what is still active, the last injected first. Nothing here throws away an error: what differs from
 * the plan is the record's divergence.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { FaultRecord } from '../reports/history/history.ts'
import type { FaultPhase } from './experiment.ts'
import type { ActiveFault, ListedFault, Surroundings } from './faults/fault.ts'
import { findFault } from './faults/table.ts'
import { type Step, triggerText } from './plan.ts'
import { type ResolvedTarget, targetOfNode } from './targets.ts'

/** A fault that comes this much later than planned is a divergence. */
const latenessMs = 500
/** The evidence is asked for this long before the heal, because a probe of a silent link takes so long. */
const evidenceLeadMs = 1_000

export interface ScheduleOptions {
  surroundings: Surroundings
  /** Milliseconds since the start of the run. */
  nowMs: () => number
  /** When impact began; later phases and earlier ones are told by `phase()`. */
  phaseStartMs?: number
  /** Resolves when that many sends (of the room) are acked. */
  acked(count: number, room: string | null): Promise<void>
  /** Aborting is finish(). */
  signal: AbortSignal
  onInjected(index: number, name: string): void
  onHealed(index: number, name: string): void
  faultOf?: (name: string) => ListedFault
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface Schedule extends AsyncDisposable {
  phase(name: FaultPhase, startMs: number): void
  /** Starts nothing more and heals everything, the last injected first. Resolves when that is proved or has failed. */
  finish(): Promise<void>
  /** One record a step, in the order of the plan. Never rejects. */
  done: Promise<FaultRecord[]>
}

interface ActiveStep {
  step: Step
  fault: ActiveFault
  record: FaultRecord
  gathering: Promise<void> | null
  healing: Promise<void> | null
}

export function runSchedule(steps: readonly Step[], options: ScheduleOptions): Schedule {
  const phases: Record<FaultPhase, PromiseWithResolvers<number>> = {
    warmup: Promise.withResolvers(),
    steady: Promise.withResolvers(),
    impact: Promise.withResolvers(),
  }
  const ending = new AbortController()
  const signal = AbortSignal.any([options.signal, ending.signal])
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  const active: ActiveStep[] = []
  const context: Context = { options, signal, ended, active, phaseStart: (phase) => phases[phase].promise }
  if (options.phaseStartMs !== undefined) phases.impact.resolve(options.phaseStartMs)
  const done = Promise.all(steps.map((step) => runStep(step, context))).then(async (records) => {
    await healAll(context)
    return records
  })
  const finish = async (): Promise<void> => {
    ending.abort(new Error('the schedule is finished'))
    await done
  }
  return { phase: (name, startMs) => phases[name].resolve(startMs), finish, done, [Symbol.asyncDispose]: finish }
}

interface Context {
  options: ScheduleOptions
  signal: AbortSignal
  ended: Promise<void>
  active: ActiveStep[]
  phaseStart(phase: FaultPhase): Promise<number>
}

async function runStep(step: Step, context: Context): Promise<FaultRecord> {
  const { options, signal, ended } = context
  const planned = await triggered(step, context)
  const record: FaultRecord = {
    fault: step.fault,
    target: step.target.text,
    injectedAtMs: options.nowMs(),
    healedAtMs: null,
    bit: false,
    evidence: [],
    heal: null,
    divergence: null,
    permanent: step.permanent,
  }
  if ('never' in planned) return neverActive(record, planned.never)
  let fault: ActiveFault
  try {
    const target = await targetNow(step, options.surroundings)
    record.target = target.text
    fault = await (options.faultOf ?? findFault)(step.fault).inject(target, step.parameters, options.surroundings, signal)
  } catch (error) {
    return neverActive(record, `could not be injected: ${messageOf(error)}`)
  }
  const entry: ActiveStep = { step, fault, record, gathering: null, healing: null }
  context.active.push(entry)
  options.onInjected(step.index, nameOf(record))
  const lateMs = record.injectedAtMs - planned.atMs
  if (lateMs > latenessMs) diverge(record, `injected ${Math.round(lateMs)} ms later than planned`)
  if (step.forMs === null) await ended
  else await untilHealing(entry, record.injectedAtMs + step.forMs, context)
  if (!signal.aborted) await heal(entry, context)
  return record
}

async function untilHealing(entry: ActiveStep, atMs: number, context: Context): Promise<void> {
  const { nowMs } = context.options
  const leadMs = Math.min(evidenceLeadMs, (entry.step.forMs ?? 0) / 2)
  if (await sleptFor(atMs - leadMs - nowMs(), context)) await gather(entry)
  if (await sleptFor(atMs - nowMs(), context)) return
  const earlyMs = Math.round(atMs - nowMs())
  if (earlyMs > 0) diverge(entry.record, `healed ${earlyMs} ms before its time: the schedule was ended`)
}

/** Its time of injection is when that became clear, and so is the end of it. */
function neverActive(record: FaultRecord, why: string): FaultRecord {
  record.healedAtMs = record.injectedAtMs
  return diverge(record, why)
}

/** When the trigger was due, or why it never came. */
async function triggered(step: Step, context: Context): Promise<{ atMs: number } | { never: string }> {
  const { trigger } = step
  const never = { never: `never injected: ${triggerText(trigger)} did not come before the schedule was ended` }
  if (trigger.kind === 'acked') {
    const reached = context.options.acked(trigger.count, trigger.room).then(
      () => ({ atMs: context.options.nowMs() }),
      (error: unknown) => ({ never: `never injected: ${messageOf(error)}` }),
    )
    return Promise.race([reached, context.ended.then(() => never)])
  }
  const startMs = await Promise.race([context.phaseStart(trigger.phase), context.ended.then(() => null)])
  if (startMs === null) return never
  const atMs = startMs + trigger.afterMs
  return (await sleptFor(atMs - context.options.nowMs(), context)) ? { atMs } : never
}

/** False when the schedule was ended first. */
async function sleptFor(ms: number, { options, signal, ended }: Context): Promise<boolean> {
  if (ms > 0 && !signal.aborted) {
    const sleep = options.sleep ?? ((wait: number, abort: AbortSignal) => pause(wait, undefined, { signal: abort }))
    await Promise.race([ended, sleep(ms, signal).catch((error: unknown) => (signal.aborted ? undefined : Promise.reject(error)))])
  }
  return !signal.aborted
}

async function targetNow(step: Step, { nodes, links }: Surroundings): Promise<ResolvedTarget> {
  if (step.target.choice === 'fixed') return step.target
  const counts = await Promise.all(nodes.map(async (node) => ({ name: node.name, sockets: node.pid === null ? -1 : ((await node.sockets()) ?? -1) })))
  const most = counts.toSorted((left, right) => right.sockets - left.sockets || left.name.localeCompare(right.name))[0]
  if (most === undefined || most.sockets < 0) throw new Error('no node tells how many sockets it has')
  return {
    ...targetOfNode(
      most.name,
      links.map((link) => link.name),
    ),
    text: `${most.name} (most sockets: ${most.sockets})`,
  }
}

async function healAll(context: Context): Promise<void> {
  for (const entry of context.active.toReversed()) await heal(entry, context)
}

/** Gathers the evidence first. A permanent fault is left as it is. Safe to call twice. */
function heal(entry: ActiveStep, context: Context): Promise<void> {
  entry.healing ??= healOnce(entry, context)
  return entry.healing
}

/** Safe to call twice. */
function gather(entry: ActiveStep): Promise<void> {
  const { fault, record } = entry
  entry.gathering ??= fault
    .evidence()
    .then(
      (evidence) => Object.assign(record, { bit: evidence.bit, evidence: evidence.lines }),
      (error: unknown) => diverge(record, `its evidence could not be gathered: ${messageOf(error)}`),
    )
    .then(() => {})
  return entry.gathering
}

async function healOnce(entry: ActiveStep, { options }: Context): Promise<void> {
  const { step, fault, record } = entry
  await gather(entry)
  if (step.permanent) return
  try {
    await fault[Symbol.asyncDispose]()
    record.healedAtMs = options.nowMs()
    record.heal = fault.heal
    options.onHealed(step.index, nameOf(record))
  } catch (error) {
    diverge(record, `not healed: ${messageOf(error)}`)
  }
}

function diverge(record: FaultRecord, why: string): FaultRecord {
  record.divergence = record.divergence === null ? why : `${record.divergence}; ${why}`
  return record
}

const nameOf = (record: FaultRecord): string => `${record.fault} ${record.target}`
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
