/** One chat node as a process of the run: started, probed, killed, paused, restarted, drained. */
import { join } from 'node:path'
import type { NodeState as ReportedState } from '../node/health.ts'
import type { NodeExit, RunningNode } from './cluster.ts'
import type { Running, Runtime } from './runtime.ts'

const nodeEntryPoint = join(import.meta.dirname, '../node/main.ts')
/** Longest time a node may take from spawn to its first ready answer. */
const readyTimeoutMs = 20_000
/** A draining node closes within its own grace of a few seconds; past this it is killed. */
const drainGraceMs = 8_000

export interface NodeEvents {
  started(node: string, boot: number): void
  ready(node: string, boot: number): void
  exited(node: string, exit: NodeExit): void
}

export interface NodeProcessOptions {
  name: string
  /** Path of the program; a chat node when there is none. */
  entryPoint?: string
  port: number
  runtime: Runtime
  events: NodeEvents
  /** The environment of one boot. */
  environment(boot: number): Record<string, string>
}

interface NodeState {
  running: Running | null
  boot: number
  exits: NodeExit[]
  planned: boolean
  lastExit: Promise<NodeExit> | null
}

export async function startNode(options: NodeProcessOptions): Promise<RunningNode> {
  const { name, runtime, events, entryPoint = nodeEntryPoint } = options
  const url = new URL(`http://127.0.0.1:${options.port}`)
  const state: NodeState = { running: null, boot: 0, exits: [], planned: false, lastExit: null }

  const boot = async (): Promise<void> => {
    state.boot += 1
    state.planned = false
    const number = state.boot
    const running = await runtime.spawn({
      name: number === 1 ? name : `${name}.${number}`,
      command: process.execPath,
      args: [entryPoint],
      env: options.environment(number),
    })
    state.running = running
    events.started(name, number)
    state.lastExit = running.exited.then((exit) => {
      const recorded: NodeExit = { ...exit, boot: number, planned: state.planned }
      state.running = null
      state.exits.push(recorded)
      events.exited(name, recorded)
      return recorded
    })
    await waitReady(url, name, readyTimeoutMs, () => (state.running === running ? null : `it exited; its last output: ${running.tail()}`))
    events.ready(name, number)
  }

  const end = async (act: (running: Running) => void): Promise<NodeExit> => {
    if (!state.running || !state.lastExit) throw new Error(`${name} is not running, so it can't be ended`)
    state.planned = true
    act(state.running)
    return state.lastExit
  }

  await boot()
  return {
    name,
    url,
    get pid() {
      return state.running?.pid ?? null
    },
    get boot() {
      return state.boot
    },
    get exits() {
      return state.exits
    },
    kill: () =>
      end((running) => {
        running.signal('SIGKILL')
      }),
    pause: () => {
      state.running?.signal('SIGSTOP')
    },
    resume: () => {
      state.running?.signal('SIGCONT')
    },
    restart: async () => {
      if (state.running) throw new Error(`${name} still runs; kill or drain it before a restart`)
      await boot()
    },
    drain: () =>
      end((running) => {
        void running.stop(drainGraceMs)
      }),
    ready: (timeoutMs) => waitReady(url, name, timeoutMs, () => null),
    sockets: async () => (await nodeHealth(url))?.sockets ?? null,
  }
}

export type NodeHealth = Omit<ReportedState, 'node' | 'boot'>

/** What the node says of itself, or null when it doesn't answer within a second. */
export async function nodeHealth(url: URL): Promise<NodeHealth | null> {
  try {
    const answer = await fetch(new URL('/health/state', url), { signal: AbortSignal.timeout(1_000) })
    return answer.ok ? ((await answer.json()) as NodeHealth) : null
  } catch {
    return null
  }
}

/** Polls a `/health/ready` until it answers 200. Rejects at the deadline or once `gone` gives a reason. */
export async function waitReady(url: URL, what: string, timeoutMs: number, gone: () => string | null): Promise<void> {
  const deadline = performance.now() + timeoutMs
  let last = 'no answer'
  for (;;) {
    const reason = gone()
    if (reason) throw new Error(`waited for ${what} to become ready, but ${reason}`)
    try {
      const answer = await fetch(new URL('/health/ready', url), { signal: AbortSignal.timeout(1_000) })
      if (answer.ok) return
      last = `HTTP ${answer.status}`
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what} to become ready; its last answer was: ${last}`)
    await new Promise((resolve) => {
      setTimeout(resolve, 25)
    })
  }
}
