/** Artillery as a child process of the run: started through the runtime, and ended for certain by a wall-clock watchdog. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'

export interface ArtilleryExit {
  code: number | null
  signal: NodeJS.Signals | null
  /** the watchdog had to end it */ watchdog: boolean
}

export interface RunningArtillery extends AsyncDisposable {
  pid: number
  exited: Promise<ArtilleryExit>
  /** Last lines of its output. */
  tail(): string
  stop(graceMs: number): Promise<ArtilleryExit>
}

/** What is needed of a runtime. */
export interface ProgramRuntime {
  spawn(program: { name: string; command: string; args: readonly string[]; env: Readonly<Record<string, string>>; cwd: string }): Promise<StartedProgram>
}
interface ProgramExit {
  code: number | null
  signal: NodeJS.Signals | null
}
export interface StartedProgram {
  pid: number
  exited: Promise<ProgramExit>
  tail(): string
  stop(graceMs: number): Promise<ProgramExit>
}

export interface ArtilleryOptions {
  /** Path of the script. */
  script: string
  runtime: ProgramRuntime
  targetUrl: string
  clients: number
  /** Null for a script that is played without a run. */
  controlPath: string | null
  /** Gets `artillery.json`. */
  folder: string
  watchdogMs: number
  /** Override the script's `config.variables`. */
  variables?: Readonly<Record<string, string | number>>
  /** Override the arrival of virtual users; by default enough for all clients, and some more that end at once. */
  phases?: readonly { duration: number; arrivalRate: number }[]
}

const require = createRequire(import.meta.url)
const graceMs = 3000
const packageShape = z.object({ bin: z.object({ artillery: z.string() }) })

/** Artillery's own entry point, to be run by this process's Node. */
function artilleryBin(): string {
  const packagePath = require.resolve('artillery/package.json')
  return join(dirname(packagePath), packageShape.parse(JSON.parse(readFileSync(packagePath, 'utf8'))).bin.artillery)
}

/** At most 60 virtual users a second, a fifth more of them than clients: those beyond get no client and end at once. */
function arrivalPhase(clients: number): { duration: number; arrivalRate: number } {
  const users = Math.ceil(clients * 1.2) + 2
  const duration = Math.max(1, Math.ceil(users / 60))
  return { duration, arrivalRate: Math.ceil(users / duration) }
}

export async function runArtillery(options: ArtilleryOptions): Promise<RunningArtillery> {
  const phases = options.phases ?? [arrivalPhase(options.clients)]
  const config = { target: options.targetUrl, phases, ...(options.variables === undefined ? {} : { variables: options.variables }) }
  const started = await options.runtime.spawn({
    name: 'artillery',
    command: process.execPath,
    args: [artilleryBin(), 'run', '--quiet', '--overrides', JSON.stringify({ config }), '-o', join(options.folder, 'artillery.json'), options.script],
    env: { ARTILLERY_DISABLE_TELEMETRY: '1', ...(options.controlPath === null ? {} : { SHAKEDOWN_CONTROL: options.controlPath }) },
    cwd: options.folder,
  })
  let watchdog = false
  const timer = setTimeout(() => {
    watchdog = true
    void started.stop(graceMs)
  }, options.watchdogMs)
  const exited = started.exited.then(({ code, signal }) => {
    clearTimeout(timer)
    return { code, signal, watchdog }
  })
  const stop = async (stopGraceMs: number): Promise<ArtilleryExit> => {
    await started.stop(stopGraceMs)
    return exited
  }
  return {
    pid: started.pid,
    exited,
    tail: () => started.tail(),
    stop,
    async [Symbol.asyncDispose]() {
      await stop(graceMs)
    },
  }
}
