/** A load worker's end of the control socket. */
import { connect, type Socket } from 'node:net'
import { controlVersion, typesToWorker, type ClientAssignment, type FromWorker, type Progress, type ToWorker } from './control-messages.ts'
import { withDeadline } from './deadline.ts'
import { readLines, writeLine } from './json-lines.ts'
import type { PhaseTime } from './pacer.ts'

export type Welcome = Extract<ToWorker, { type: 'welcome' }>

/** Connects and says hello; rejects at the deadline. */
export async function connectControl(path: string, worker: string, pid: number, timeoutMs: number): Promise<ControlWorker> {
  const socket = connect(path)
  const control = new ControlWorker(socket)
  writeLine(socket, { type: 'hello', version: controlVersion, worker, pid } satisfies FromWorker)
  await withDeadline(control.welcomed, timeoutMs, () => `the run to answer on ${path}`, 'control_timeout')
  return control
}

export class ControlWorker {
  readonly welcomed: Promise<Welcome>
  /** Resolves when the run says that it is over, or is gone. */
  readonly whenEnded: Promise<void>
  /** Phases told so far. */
  readonly phases: PhaseTime[] = []
  ended = false
  readonly #socket: Socket
  readonly #asks = new Map<number, (client: ClientAssignment | null) => void>()
  readonly #phaseWatchers = new Set<() => void>()
  readonly #resolveWelcome: (welcome: Welcome) => void
  readonly #rejectWelcome: (error: Error) => void
  readonly #resolveEnd: () => void
  #originNs = 0n
  #lastAsk = 0

  constructor(socket: Socket) {
    const welcome = Promise.withResolvers<Welcome>()
    const end = Promise.withResolvers<void>()
    this.welcomed = welcome.promise
    this.whenEnded = end.promise
    this.#resolveWelcome = welcome.resolve
    this.#rejectWelcome = welcome.reject
    this.#resolveEnd = end.resolve
    this.#socket = socket
    readLines<ToWorker>(
      socket,
      typesToWorker,
      (message) => this.#receive(message),
      (text) => this.problem(null, text),
    )
    socket.on('error', (error) => this.#rejectWelcome(new Error(`no control socket: ${error.message}`)))
    socket.on('close', () => this.#end())
  }

  /** The next client of the run, or null when there are no more. */
  assign(timeoutMs: number): Promise<ClientAssignment | null> {
    const ask = ++this.#lastAsk
    const answer = new Promise<ClientAssignment | null>((resolve) => this.#asks.set(ask, resolve))
    this.#send({ type: 'assign', ask })
    return withDeadline(answer, timeoutMs, () => 'the run to hand out a client', 'assign_timeout')
  }

  /** Calls back at each new phase and at the end; returns what stops that. */
  onChange(watcher: () => void): () => void {
    this.#phaseWatchers.add(watcher)
    return () => void this.#phaseWatchers.delete(watcher)
  }

  progress(progress: Progress): void {
    this.#send({ type: 'progress', progress })
  }

  problem(client: number | null, text: string): void {
    this.#send({ type: 'problem', client, text })
  }

  closed(files: { name: string; rows: number }[]): void {
    this.#send({ type: 'closed', files })
  }

  close(): void {
    this.#socket.end()
  }

  #send(message: FromWorker): void {
    writeLine(this.#socket, message)
  }

  #receive(message: ToWorker): void {
    switch (message.type) {
      case 'welcome':
        this.#originNs = BigInt(message.originNs)
        this.#resolveWelcome(message)
        break
      case 'assigned':
        this.#asks.get(message.ask)?.(message.client)
        this.#asks.delete(message.ask)
        break
      case 'phase': {
        const startNs = Number(BigInt(message.atNs) - this.#originNs)
        this.phases.push({ name: message.name, startNs, endNs: startNs + message.durationMs * 1e6 })
        this.#changed()
        break
      }
      case 'end':
        this.#end()
        break
      default:
        this.problem(null, 'unknown message from the run')
    }
  }

  #end(): void {
    if (this.ended) return
    this.ended = true
    for (const answer of this.#asks.values()) answer(null)
    this.#asks.clear()
    this.#resolveEnd()
    this.#changed()
  }

  #changed(): void {
    for (const watcher of this.#phaseWatchers) watcher()
  }
}
