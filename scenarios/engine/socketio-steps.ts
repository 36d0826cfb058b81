/** Plain steps, handed to artillery-engine-socketio-v3 one by one, each with our deadline: an answer that never comes would hang the user for ever. */
import { createRequire } from 'node:module'
import { DeadlineError } from '../deadline.ts'
import type { ArtilleryStep, Context, Events, Script, StepSpec } from './artillery-contract.ts'

const require = createRequire(import.meta.url)

interface SocketioEngine {
  httpDelegate: { setInitialContext(context: Context): Context }
  step(spec: StepSpec, events: Events): ArtilleryStep
  closeContextSockets(context: Context): void
}
type SocketioEngineClass = new (script: object) => SocketioEngine

export interface SocketioSteps {
  prepare(context: Context): Context
  step(spec: StepSpec, events: Events, context: Context): Promise<void>
  close(context: Context): void
}

/** `config.timeout` in seconds is the deadline of a step, 10 by default, as in that engine. */
export function createSocketioSteps(script: Script): SocketioSteps {
  const Engine: SocketioEngineClass = require('artillery-engine-socketio-v3')
  const { engines } = script.config
  const options = { ...objectOf(engines?.['socketio-v3']), ...objectOf(engines?.['chat']) }
  const engine = new Engine({ ...script, config: { ...script.config, engines: { 'socketio-v3': options } } })
  // A little longer than that engine's own timeout of responses, which says more.
  const deadlineMs = Number(script.config.timeout ?? 10) * 1000 + 250
  return {
    prepare(context) {
      const prepared = engine.httpDelegate.setInitialContext(context)
      return Object.assign(prepared, { sockets: {}, __receivedMessageCount: 0, _pendingRequests: 0 })
    },
    // A copy, because that engine writes the rendered namespace into the spec.
    step: (spec, events, context) => once(engine.step(structuredClone(spec), events), events, context, deadlineMs, Object.keys(spec)[0] ?? 'step'),
    close: (context) => engine.closeContextSockets(context),
  }
}

/** Runs a step to its first callback or the deadline; later callbacks (that engine calls back again at a reconnect) are counted. */
function once(step: ArtilleryStep, events: Events, context: Context, deadlineMs: number, verb: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let over = false
    const end = (finish: () => void): void => {
      if (over) {
        events.emit('counter', 'engine.chat.late_callbacks', 1)
        return
      }
      over = true
      clearTimeout(timer)
      finish()
    }
    const timer = setTimeout(() => {
      events.emit('error', `${verb} timeout`)
      end(() => reject(new DeadlineError('step_timeout', deadlineMs, `the step ${verb} to end`)))
    }, deadlineMs)
    step(context, (error) => end(() => (error ? reject(error instanceof Error ? error : new Error(error)) : resolve())))
  })
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}
