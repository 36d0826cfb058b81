/**
 * The run's end of the control socket.
 *
 *   chaos/run --- welcome, clients, phases, end ---> load workers (Artillery's worker threads)
 *             <-- progress, problems, closed files ---
 */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { controlVersion, typesFromWorker, type ClientAssignment, type FromWorker, type Progress, type ToWorker } from './control-messages.ts'
import { readLines, writeLine } from './json-lines.ts'
import { mergeProgress } from './progress.ts'

export interface ControlOptions {
  /** Origin of the run's clock on CLOCK_MONOTONIC, as `process.hrtime.bigint()` gives it. */
  originNs: bigint | string
  historyFolder: string
  driver: string
  mutant: string | null
  seed: number
  /** Handed out once each, in this order, over all workers. */
  assignments: readonly ClientAssignment[]
}

export interface ControlProblem {
  worker: string
  client: number | null
  text: string
}

/** The system under test doesn't let the clients in: there is nothing to be measured. */
export class ClientsNotConnected extends Error {}

interface Worker {
  socket: Socket
  name: string
  progress: Progress | null
  closed: boolean
  gone: boolean
}

/** Starts to listen; `path` goes to the workers as SHAKEDOWN_CONTROL. */
export async function startControlServer(options: ControlOptions): Promise<ControlServer> {
  // Short, because a unix socket's path may have about 100 bytes.
  const path = join(tmpdir(), `sd-${randomUUID().slice(0, 13)}.sock`)
  const server = createServer()
  const control = new ControlServer(path, server, options)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return control
}

export class ControlServer implements AsyncDisposable {
  readonly path: string
  readonly problems: ControlProblem[] = []
  /** History files that workers have flushed and closed. */
  readonly closedFiles: { name: string; rows: number }[] = []
  readonly #server: Server
  readonly #options: ControlOptions
  readonly #workers: Worker[] = []
  /** Phases and the end, for workers that come later. */
  readonly #sent: ToWorker[] = []
  readonly #watchers = new Set<() => void>()
  #handedOut = 0

  constructor(path: string, server: Server, options: ControlOptions) {
    this.path = path
    this.#server = server
    this.#options = options
    server.on('connection', (socket) => this.#accept(socket))
  }

  get handedOut(): number {
    return this.#handedOut
  }

  /** The latest of each worker, merged. */
  progress(): Progress {
    return mergeProgress(this.#workers.flatMap((worker) => (worker.progress === null ? [] : [worker.progress])))
  }

  /** Why the load has not settled, or null. */
  pending(): string | null {
    const left = this.#options.assignments.length - this.#handedOut
    if (left > 0) return `${left} of ${this.#options.assignments.length} clients not yet handed out`
    const gone = this.#workers.find((worker) => worker.gone && !worker.closed)
    if (gone !== undefined) return `worker ${gone.name} is gone`
    const silent = this.#workers.find((worker) => worker.progress === null && !worker.closed)
    return silent === undefined ? this.progress().pending : `no progress from worker ${silent.name} yet`
  }

  /** `atNs` on the clock of `originNs` (absolute). */
  phase(name: string, atNs: bigint | string, durationMs: number): void {
    this.#broadcast({ type: 'phase', name, atNs: String(atNs), durationMs })
  }

  end(): void {
    this.#broadcast({ type: 'end' })
  }

  /** Resolves when each client has been handed to a worker. */
  allAssigned(timeoutMs: number): Promise<void> {
    const total = this.#options.assignments.length
    return this.#until(
      () => this.#handedOut >= total,
      timeoutMs,
      () => `all clients to be handed out: ${this.#handedOut} of ${total} are, to ${this.#workers.length} workers`,
    )
  }

  /**
   * Resolves when each client was connected, and has joined where its script does; one that gave up joining is waited for no longer. Rejects with
   * ClientsNotConnected once one could not connect, and at the deadline.
   */
  async allArrived(timeoutMs: number): Promise<void> {
    const total = this.#options.assignments.length
    const untilMs = performance.now() + timeoutMs
    const connected = () => this.progress().connected
    const arrived = () => this.progress().arrived
    const gaveUp = () => this.problems.find(({ client }) => client !== null)
    const wait = async (isOver: () => boolean, what: string): Promise<void> => {
      try {
        await this.#until(isOver, Math.max(0, Math.round(untilMs - performance.now())), () => `all clients to ${what}; ${this.pending() ?? 'nothing pending'}`)
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        throw new ClientsNotConnected(`${connected()} of ${total} clients are connected and ${arrived()} have joined: ${why}`)
      }
    }
    await wait(() => arrived() >= total || connected() >= total || gaveUp() !== undefined, 'connect')
    const first = gaveUp()
    if (arrived() < total && connected() < total && first !== undefined)
      throw new ClientsNotConnected(`${connected()} of ${total} clients are connected; the first that gave up: ${first.text}`)
    await wait(() => arrived() >= total, 'join')
  }

  /** Resolves when that many sends (of the room, unless null) are acked; known to within one progress interval. */
  acked(count: number, room: string | null, timeoutMs: number): Promise<void> {
    const reached = (): number => (room === null ? this.progress().acked : (this.progress().ackedByRoom[room] ?? 0))
    return this.#until(
      () => reached() >= count,
      timeoutMs,
      () => `${count} acks${room === null ? '' : ` in ${room}`}: there were ${reached()}`,
    )
  }

  /** Resolves when each worker has closed its history files. */
  allClosed(timeoutMs: number): Promise<void> {
    const open = (): Worker[] => this.#workers.filter((worker) => !worker.closed)
    return this.#until(
      () => open().length === 0,
      timeoutMs,
      () =>
        `workers to close their history files: ${open()
          .map((worker) => worker.name)
          .join(', ')} did not`,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) worker.socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
    rmSync(this.path, { force: true })
  }

  #accept(socket: Socket): void {
    const worker: Worker = { socket, name: 'unnamed', progress: null, closed: false, gone: false }
    const problem = (text: string): void => void this.problems.push({ worker: worker.name, client: null, text })
    readLines<FromWorker>(socket, typesFromWorker, (message) => this.#receive(worker, message), problem)
    socket.on('error', (error) => problem(`control socket: ${error.message}`))
    socket.on('close', () => {
      worker.gone = true
      if (this.#workers.includes(worker) && !worker.closed) problem(`worker ${worker.name} left without closing its history files`)
      this.#changed()
    })
  }

  #receive(worker: Worker, message: FromWorker): void {
    switch (message.type) {
      case 'hello':
        this.#welcome(worker, message.worker, message.version)
        break
      case 'assign':
        writeLine(worker.socket, { type: 'assigned', ask: message.ask, client: this.#next() } satisfies ToWorker)
        break
      case 'progress':
        worker.progress = message.progress
        break
      case 'problem':
        this.problems.push({ worker: worker.name, client: message.client, text: message.text })
        break
      case 'closed':
        worker.closed = true
        this.closedFiles.push(...message.files)
        break
      default:
        this.problems.push({ worker: worker.name, client: null, text: 'unknown message on the control socket' })
    }
    this.#changed()
  }

  #welcome(worker: Worker, name: string, version: number): void {
    worker.name = name
    if (version !== controlVersion) {
      this.problems.push({ worker: name, client: null, text: `worker speaks control version ${version}, the run ${controlVersion}` })
      worker.socket.destroy()
      return
    }
    this.#workers.push(worker)
    const { originNs, historyFolder, driver, mutant, seed } = this.#options
    writeLine(worker.socket, { type: 'welcome', originNs: String(originNs), historyFolder, driver, mutant, seed } satisfies ToWorker)
    for (const message of this.#sent) writeLine(worker.socket, message)
  }

  #next(): ClientAssignment | null {
    const client = this.#options.assignments[this.#handedOut] ?? null
    if (client !== null) this.#handedOut++
    return client
  }

  #broadcast(message: ToWorker): void {
    this.#sent.push(message)
    for (const worker of this.#workers) writeLine(worker.socket, message)
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
  }

  #until(reached: () => boolean, timeoutMs: number, what: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer)
        this.#watchers.delete(look)
      }
      const timer = setTimeout(() => {
        stop()
        reject(new Error(`waited ${timeoutMs} ms for ${what()}`))
      }, timeoutMs)
      const look = (): void => {
        if (!reached()) return
        stop()
        resolve()
      }
      this.#watchers.add(look)
      look()
    })
  }
}
