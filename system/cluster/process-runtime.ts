/**
 * Programs as processes of this machine. Each leads its own process group and carries the run's id in its environment,
 * so that the guard (guard.ts) finds all of them, and what they started, when this process is killed.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, serverPorts } from './ports.ts'
import { collectOutput } from './program-output.ts'
import type { Exit, Program, Running, Runtime } from './runtime.ts'

export interface ProcessRuntimeOptions {
  logFolder: string
  /** Unique on this machine: everything that carries it is killed at the end. */
  runId: string
}

const graceMs = 3_000
const goneMs = 10_000

interface Guard {
  /** Throws when it is gone: nothing may be started that nobody would clean up. */
  demand(): void
  note(line: string): void
  finish(): Promise<void>
}

function startGuard({ logFolder, runId }: ProcessRuntimeOptions): Guard {
  const log = openSync(join(logFolder, 'guard.log'), 'a')
  const guard = spawn(process.execPath, [fileURLToPath(new URL('guard.ts', import.meta.url)), runId], { detached: true, stdio: ['pipe', log, log] })
  closeSync(log)
  const { stdin } = guard
  if (stdin === null) throw new Error('the guard was started without a pipe')
  let failure: string | null = null
  const exited = new Promise<void>((resolve) => {
    guard.once('exit', (code, signal) => {
      failure ??= `it ended (${signal ?? code})`
      resolve()
    })
    guard.once('error', (error) => {
      failure ??= error.message
      resolve()
    })
  })
  stdin.on('error', (error) => {
    failure ??= error.message
  })
  return {
    demand: () => {
      if (failure !== null) throw new Error(`the guard that cleans up after this run is gone: ${failure}; see ${join(logFolder, 'guard.log')}`)
    },
    note: (line) => {
      if (stdin.writable) stdin.write(`${line}\n`)
    },
    finish: async () => {
      stdin.end()
      await within(exited, 2 * goneMs, 'the guard to end')
    },
  }
}

async function within<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${timeoutMs} ms for ${what}`)), timeoutMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** To the whole group: a wrapper's children are the program too. Nothing is left to signal when it has gone between our look and the signal. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function describeEnd(exit: Exit): string {
  return exit.signal === null ? `ended with code ${exit.code}` : `was ended by ${exit.signal}`
}

function watchExit(child: ChildProcess): { exited: Promise<Exit>; ended: Promise<string> } {
  // 'close' comes when all output has been read: only then is the tail whole. What a program started may keep its output open, so it isn't waited for long.
  const exited = new Promise<Exit>((resolve) =>
    child.once('exit', (code, signal) => {
      const exit: Exit = { code, signal, atNs: process.hrtime.bigint() }
      const timer = setTimeout(() => resolve(exit), 100)
      child.once('close', () => {
        clearTimeout(timer)
        resolve(exit)
      })
    }),
  )
  const ended = new Promise<string>((resolve) => child.once('close', () => void exited.then((exit) => resolve(describeEnd(exit)))))
  return { exited, ended }
}

async function startProgram(program: Program, options: ProcessRuntimeOptions, guard: Guard): Promise<Running> {
  guard.demand()
  const child = spawn(program.command, program.args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...program.env, SHAKEDOWN_RUN: options.runId },
    ...(program.cwd === undefined ? {} : { cwd: program.cwd }),
  })
  const spawned = once(child, 'spawn')
  const { exited, ended } = watchExit(child)
  const output = collectOutput(program.name, [child.stdout, child.stderr], join(options.logFolder, `${program.name}.log`), ended)
  const pid = child.pid
  if (pid !== undefined) guard.note(`group ${pid}`)
  if (basename(program.command) === 'docker') guard.note('docker')
  try {
    await spawned
  } catch (error) {
    throw new Error(`${program.name} could not be started: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  if (pid === undefined) throw new Error(`${program.name} was started but has no process id`)
  let gone = false
  child.once('exit', () => {
    gone = true
    guard.note(`gone ${pid}`)
  })
  const signal = (name: NodeJS.Signals): void => {
    if (!gone) signalGroup(pid, name)
  }
  return {
    name: program.name,
    pid,
    exited,
    line: output.line,
    tail: output.tail,
    signal,
    stop: async (grace) => {
      signal('SIGTERM')
      signal('SIGCONT')
      const timer = setTimeout(() => signal('SIGKILL'), grace)
      try {
        return await within(exited, grace + goneMs, `${program.name} (process ${pid}) to be gone after SIGKILL`)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

/** Starts programs as child processes; output goes to `<logFolder>/<program name>.log`. Disposing stops all that still run, the newest first. */
export async function createProcessRuntime(options: ProcessRuntimeOptions): Promise<Runtime> {
  await mkdir(options.logFolder, { recursive: true })
  const ports = await serverPorts()
  const guard = startGuard(options)
  const running = new Set<Running>()
  let disposed = false
  return {
    spawn: async (program) => {
      if (disposed) throw new Error(`${program.name} cannot be started: the run is ending`)
      const started = await startProgram(program, options, guard)
      running.add(started)
      void started.exited.then(() => running.delete(started))
      return started
    },
    port: () => freePort(ports),
    [Symbol.asyncDispose]: async () => {
      if (disposed) return
      disposed = true
      const problems: string[] = []
      for (const program of [...running].toReversed()) await program.stop(graceMs).catch((error: Error) => problems.push(error.message))
      await guard.finish()
      if (problems.length > 0) throw new Error(`not everything could be stopped: ${problems.join('; ')}`)
    },
  }
}
