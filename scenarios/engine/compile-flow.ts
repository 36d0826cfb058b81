/** Turns the flow of a scenario into functions; decided once per scenario, run once per virtual user. */
import { seededRandom } from '../random.ts'
import type { Context, Events, Helpers, StepSpec } from './artillery-contract.ts'
import { chatSteps } from './chat-steps.ts'
import { durationMs } from './duration.ts'
import type { SocketioSteps } from './socketio-steps.ts'
import { isChat, kindOf, parameterProblem, verbOf, type VerbName } from './verbs.ts'
import type { VirtualUser } from './virtual-user.ts'

/** One virtual user on its way through the flow. `user` is null in a flow without chat verbs. */
export interface Passage {
  context: Context
  user: VirtualUser | null
  ended: () => boolean
}
export type FlowStep = (passage: Passage) => Promise<void>
export interface Flow {
  steps: readonly FlowStep[]
  usesChat: boolean
  usesSocketio: boolean
  stays: boolean
  joins: boolean
}
export interface FlowParts {
  events: Events
  helpers: Helpers
  socketio: () => SocketioSteps
}

/** Throws at the first step that is not in our verbs. */
export function compileFlow(flow: readonly unknown[], parts: FlowParts): Flow {
  const used: Used = { verbs: new Set(), kinds: new Set() }
  const steps = flow.flat(Infinity).map((spec) => compileStep(spec, parts, used))
  return { steps, usesChat: used.kinds.has('chat'), usesSocketio: used.kinds.has('socketio'), stays: used.verbs.has('stay'), joins: used.verbs.has('join') }
}

interface Used {
  verbs: Set<VerbName>
  kinds: Set<ReturnType<typeof kindOf>>
}

function compileStep(spec: unknown, parts: FlowParts, used: Used): FlowStep {
  if (!isSpec(spec)) throw new Error(`a step is a map with one verb, not ${JSON.stringify(spec)}`)
  const found = verbOf(Object.keys(spec))
  if ('problem' in found) throw new Error(found.problem)
  const { verb } = found
  const problem = parameterProblem(verb, spec[verb])
  if (problem !== null) throw new Error(problem)
  used.verbs.add(verb)
  used.kinds.add(kindOf(verb, spec[verb]))
  return timed(verb, parts.events, stepOf(verb, spec, parts, used))
}

function stepOf(verb: VerbName, spec: StepSpec, parts: FlowParts, used: Used): FlowStep {
  if (isChat(verb, spec[verb])) {
    return async ({ context, user }) => {
      if (user === null) throw new Error(`${verb} needs a run: play this script with "shakedown run"`)
      const value = parts.helpers.template(spec[verb] ?? {}, context)
      user.doing = verb
      await chatSteps[verb](user, isSpec(value) ? value : {})
    }
  }
  switch (verb) {
    case 'think':
      return thinkStep(spec, parts.helpers)
    case 'loop':
      return loopStep(spec, parts, used)
    default:
      return ({ context }) => parts.socketio().step(spec, parts.events, context)
  }
}

function thinkStep(spec: StepSpec, helpers: Helpers): FlowStep {
  const random = seededRandom(1)
  const jitterMs = typeof spec['jitter'] === 'number' ? spec['jitter'] : (durationMs(spec['jitter'] ?? 0) ?? 0)
  return async ({ context, user }) => {
    const thinkMs = durationMs(helpers.template(spec['think'], context))
    if (thinkMs === null) throw new Error(`think needs a time like "100ms" or a number of seconds, not ${JSON.stringify(spec['think'])}`)
    const waiting = new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, thinkMs + (random() * 2 - 1) * jitterMs)))
    await (user === null ? waiting : Promise.race([waiting, user.worker.control.whenEnded]))
  }
}

/** Own loop, because that of socketio-v3 takes each step that is not an emit for HTTP. Ends early with the run. */
function loopStep(spec: StepSpec, parts: FlowParts, used: Used): FlowStep {
  const steps = (Array.isArray(spec['loop']) ? spec['loop'] : []).map((step: unknown) => compileStep(step, parts, used))
  const countName = typeof spec['loopValue'] === 'string' ? spec['loopValue'] : '$loopCount'
  const elementName = typeof spec['loopElement'] === 'string' ? spec['loopElement'] : '$loopElement'
  return async (passage) => {
    const { vars } = passage.context
    const over = typeof spec['over'] === 'string' ? vars[spec['over']] : spec['over']
    const values: unknown[] | null = Array.isArray(over) ? over : null
    const count = values?.length ?? Number(parts.helpers.template(spec['count'] ?? -1, passage.context))
    if (Number.isNaN(count)) throw new Error(`loop needs a number as its count, not ${JSON.stringify(spec['count'])}`)
    const turns = count < 0 ? Infinity : count
    for (let turn = 0; turn < turns && !passage.ended(); turn++) {
      vars[countName] = turn
      vars[elementName] = values === null ? turn : values[turn]
      for (const step of steps) await step(passage)
      // A loop of steps that end at once must let others work.
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }
}

/** Tells Artillery how long the step took: the times of socketio-v3 itself aren't heard by Artillery 2. */
function timed(verb: VerbName, events: Events, step: FlowStep): FlowStep {
  return async (passage) => {
    const startedNs = process.hrtime.bigint()
    await step(passage)
    events.emit('counter', `engine.chat.${verb}`, 1)
    if (verb !== 'stay' && verb !== 'talk') events.emit('histogram', `engine.chat.${verb}_ms`, Number(process.hrtime.bigint() - startedNs) / 1e6)
  }
}

function isSpec(value: unknown): value is StepSpec {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
