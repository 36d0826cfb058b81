/** Starts a component that was found, as a process or as a container, and gives the handle by which it is killed, paused and started again. */
import { execFileSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import type { Exit, Program, Running, Runtime } from '../cluster/runtime.ts'
import type { ComponentName, Found, RunningComponent, StartOptions } from './component.ts'

export interface Launch {
  name: ComponentName
  url: URL
  host: string
  port: number
  args: readonly string[]
  /** Secrets belong here: a command line can be read by everybody on the machine. */
  environment?: Readonly<Record<string, string>>
  /** Resolves when it serves; called after each start. */
  ready(running: Running): Promise<void>
}

const graceMs = 3_000
/** 128 + 9. Source: docker run reference, exit status. */
const killedInContainer = 137

/** Pure: the command line for a program, or for an image on the host's network with the component's folder mounted at its own path. */
export function programOf(
  found: Exclude<Found, { kind: 'url' }>,
  { name, args, environment = {} }: Pick<Launch, 'name' | 'args' | 'environment'>,
  { folder, runId }: StartOptions,
  user: string | null,
): Program {
  if (found.kind === 'program') return { name, command: found.path, args, env: environment, cwd: folder }
  const container = [
    'run',
    '--rm',
    '--name',
    containerName(runId, name),
    '--network',
    'host',
    '--label',
    `shakedown.run=${runId}`,
    '--volume',
    `${folder}:${folder}`,
    '--workdir',
    folder,
  ]
  // By name only: docker takes the values from its own environment.
  const passed = Object.keys(environment).flatMap((variable) => ['--env', variable])
  return {
    name,
    command: 'docker',
    args: [...container, ...passed, ...(user === null ? [] : ['--user', user]), found.image, ...args],
    env: environment,
    cwd: folder,
  }
}

function containerName(runId: string, name: string): string {
  return `shakedown-${runId}-${name}`
}

/** Signals to `docker run` stay with that command when they can't be caught, so a container gets them from the engine. */
function dockerSignal(container: string): (signal: NodeJS.Signals) => void {
  const verbs: Partial<Record<NodeJS.Signals, string>> = { SIGSTOP: 'pause', SIGCONT: 'unpause', SIGKILL: 'kill' }
  return (signal) => void execFileSync('docker', [verbs[signal] ?? 'stop', container], { timeout: 10_000, stdio: 'ignore' })
}

export async function launch(found: Exclude<Found, { kind: 'url' }>, runtime: Runtime, options: StartOptions, launched: Launch): Promise<RunningComponent> {
  await mkdir(options.folder, { recursive: true })
  const { name, url, host, port } = launched
  const user = process.getuid === undefined ? null : `${process.getuid()}:${process.getgid?.() ?? 0}`
  const program = programOf(found, launched, options, user)
  const start = async (): Promise<Running> => {
    const running = await runtime.spawn(program)
    try {
      // A server that ends on the way (a port taken, a wrong option) must not be waited for until the deadline.
      await Promise.race([
        launched.ready(running),
        running.exited.then((exit) => {
          throw new Error(`${name} ended (${exit.signal ?? exit.code}) before it served:\n${running.tail()}`)
        }),
      ])
    } catch (error) {
      await running.stop(0)
      throw error
    }
    return running
  }
  let running = await start()
  const signal = (kind: NodeJS.Signals): void => (found.kind === 'image' ? dockerSignal(containerName(options.runId, name))(kind) : running.signal(kind))
  let isAlive = true
  const kill = async (): Promise<Exit> => {
    signal('SIGKILL')
    const exit = await running.exited
    isAlive = false
    return exit.code === killedInContainer ? { ...exit, code: null, signal: 'SIGKILL' } : exit
  }
  return {
    name,
    url,
    host,
    port,
    version: found.version,
    source: found.source,
    standIn: found.standIn,
    get pid() {
      return isAlive ? running.pid : null
    },
    kill,
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    restart: async () => {
      await running.stop(graceMs)
      running = await start()
      isAlive = true
    },
    [Symbol.asyncDispose]: async () => {
      await running.stop(graceMs)
    },
  }
}

/** A server given by URL: used, never started, signalled or stopped. */
export function attach(name: ComponentName, found: Extract<Found, { kind: 'url' }>, defaultPort: number): RunningComponent {
  const refuse = (): never => {
    throw new Error(`${name} was given by URL (${found.url.host}): this run did not start it and may not kill, pause or restart it`)
  }
  return {
    name,
    url: found.url,
    host: found.url.hostname,
    port: Number(found.url.port) || defaultPort,
    version: found.version,
    source: found.source,
    standIn: found.standIn,
    pid: null,
    kill: async () => refuse(),
    pause: refuse,
    resume: refuse,
    restart: async () => refuse(),
    [Symbol.asyncDispose]: async () => undefined,
  }
}
