/**
 * The Artillery engine `chat` (package artillery-engine-chat). One is made in each of Artillery's worker threads.
 *
 *   Artillery worker -> engine -> virtual users -> driver -> the chat under test
 *                          |            \__ recorded clients -> history file
 *                          \__ control socket (SHAKEDOWN_CONTROL) <-> the run
 */
import { threadId } from 'node:worker_threads'
import { drivers } from '../drivers/table.ts'
import type { Callback, Context, Events, Helpers, ScenarioSpec, Script } from './artillery-contract.ts'
import { compileFlow, type Flow, type Passage } from './compile-flow.ts'
import { openLoadWorker, type LoadWorker } from './load-worker.ts'
import { createSocketioSteps, type SocketioSteps } from './socketio-steps.ts'
import { VirtualUser } from './virtual-user.ts'

const assignTimeoutMs = 30_000

export default class ChatEngine {
  readonly #script: Script
  readonly #helpers: Helpers
  readonly #controlPath = process.env['SHAKEDOWN_CONTROL'] ?? null
  #worker: Promise<LoadWorker> | null = null
  #socketio: SocketioSteps | null = null

  constructor(script: Script, events: Events, helpers: Helpers) {
    this.#script = script
    this.#helpers = helpers
    // Artillery never calls an engine's cleanup.
    events.on(
      'done',
      () =>
        void this.#worker?.then(
          (worker) => worker.finish(),
          () => undefined,
        ),
    )
  }

  createScenario(scenario: ScenarioSpec, events: Events): (context: Context, callback: Callback) => void {
    const flow = compileFlow(scenario.flow, { events, helpers: this.#helpers, socketio: () => this.#socketioSteps() })
    return (initial, callback) => {
      events.emit('started')
      const context = flow.usesSocketio ? this.#socketioSteps().prepare(initial) : initial
      this.#pass(flow, context).then(
        () => callback(null, context),
        (error: unknown) => {
          const failure = error instanceof Error ? error : new Error(String(error))
          if (flow.usesChat) events.emit('error', codeOf(failure))
          callback(failure, context)
        },
      )
    }
  }

  async #pass(flow: Flow, context: Context): Promise<void> {
    if (!flow.usesChat || this.#controlPath === null) {
      await this.#runSteps(flow, { context, user: null, ended: () => false })
      return
    }
    const worker = await this.#loadWorker(this.#controlPath)
    const assignment = await worker.control.assign(assignTimeoutMs)
    if (assignment === null) return
    const user = new VirtualUser(worker, assignment, flow)
    let gaveUp = true
    try {
      await this.#runSteps(flow, { context, user, ended: () => worker.control.ended })
      gaveUp = false
    } catch (error) {
      worker.control.problem(assignment.number, `${user.doing ?? 'step'}: ${error instanceof Error ? error.message : String(error)}`)
      throw error
    } finally {
      await user.leave(gaveUp)
    }
  }

  async #runSteps(flow: Flow, passage: Passage): Promise<void> {
    try {
      for (const step of flow.steps) {
        if (passage.ended()) return
        await step(passage)
      }
    } finally {
      if (flow.usesSocketio) this.#socketioSteps().close(passage.context)
    }
  }

  #loadWorker(controlPath: string): Promise<LoadWorker> {
    this.#worker ??= openLoadWorker({ controlPath, name: `load-${threadId}`, pid: process.pid, monotonicNs: () => process.hrtime.bigint(), drivers })
    return this.#worker
  }

  #socketioSteps(): SocketioSteps {
    this.#socketio ??= createSocketioSteps(this.#script)
    return this.#socketio
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message.slice(0, 80)
}
