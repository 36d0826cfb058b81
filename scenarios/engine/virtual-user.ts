/** One of Artillery's virtual users, and the client of the run that it plays. */
import { withDeadline } from '../deadline.ts'
import type { ClientAssignment } from '../control-messages.ts'
import type { DrivenClient } from '../driver.ts'
import type { RecordedClient } from '../recorded-client.ts'
import type { Busy, LoadWorker } from './load-worker.ts'

const closeTimeoutMs = 3000

export class VirtualUser implements Busy {
  readonly worker: LoadWorker
  readonly assignment: ClientAssignment
  readonly recorder: RecordedClient
  /** What it is doing; null while it stays. */
  doing: string | null = 'starting'
  #client: DrivenClient | null = null

  constructor(worker: LoadWorker, assignment: ClientAssignment, stays: boolean) {
    this.worker = worker
    this.assignment = assignment
    this.recorder = worker.recorder(assignment)
    this.recorder.expected(stays)
    worker.enter(this)
  }

  get client(): DrivenClient {
    if (this.#client === null) throw new Error(`${this.assignment.user} is not logged in: put login before this step`)
    return this.#client
  }

  async login(timeoutMs: number): Promise<void> {
    const { user, device, token, url, seed } = this.assignment
    const { driver, mutant } = this.worker
    const connecting = driver.connect({ user, device, token, url }, this.recorder, { connectTimeoutMs: timeoutMs, mutant, seed })
    // Twice the time: the driver's own deadline comes first and says more.
    this.#client = await withDeadline(connecting, timeoutMs * 2, () => `${user} to connect to ${url}`, 'login_timeout')
  }

  pending(): string | null {
    if (this.doing !== null) return `${this.assignment.user}: ${this.doing}`
    const reason = this.#client?.pending() ?? null
    return reason === null ? null : `${this.assignment.user}: ${reason}`
  }

  /** Leaves for good. A client that leaves before the run ends is recorded as gone on purpose, unless it `failed`. */
  async leave(failed: boolean): Promise<void> {
    if (!failed && !this.worker.control.ended) this.recorder.expected(false)
    try {
      if (this.#client !== null)
        await withDeadline(Promise.resolve(this.#client[Symbol.asyncDispose]()), closeTimeoutMs, () => `${this.assignment.user} to close`, 'close_timeout')
    } catch (error) {
      this.worker.control.problem(this.assignment.number, error instanceof Error ? error.message : String(error))
    } finally {
      this.recorder.stop()
      this.worker.leave(this)
    }
  }
}
