/** One of Artillery's virtual users, and the client of the run that it plays. */
import { withDeadline } from '../deadline.ts'
import type { ClientAssignment } from '../control-messages.ts'
import type { DrivenClient } from '../driver.ts'
import { seededRandom } from '../random.ts'
import type { ChangeTarget } from '../recorded-acts.ts'
import type { RecordedClient, ReplyTo } from '../recorded-client.ts'
import type { Flow } from './compile-flow.ts'
import type { Busy, LoadWorker } from './load-worker.ts'

const closeTimeoutMs = 3000
/** Messages of a view that are recorded at the end: a bound, because views overlap. */
const recordedViewMessages = 100
/** Acts of one client that may be under way beside its talk. */
const backgroundLimit = 8

export class VirtualUser implements Busy {
  readonly worker: LoadWorker
  readonly assignment: ClientAssignment
  readonly recorder: RecordedClient
  /** What it is doing; null while it stays. */
  doing: string | null = 'starting'
  /** Own stream of chance for what it does besides talking: [0, 1). */
  readonly random: () => number
  /** Its client is being replaced or is offline on purpose: one such thing at a time. */
  moving = false
  /** Messages that it holds for review. */
  readonly held: ChangeTarget[] = []
  /** Messages of its own that it has deleted. */
  readonly deleted: ChangeTarget[] = []
  /** Rooms that it is joining again. */
  readonly returning = new Set<string>()
  /** Whether its script joins. */
  readonly joins: boolean
  readonly #going = new AbortController()
  readonly #background = new Set<string>()
  #backgroundCount = 0
  #client: DrivenClient | null = null
  #arrived = false

  constructor(worker: LoadWorker, assignment: ClientAssignment, { stays, joins }: Pick<Flow, 'stays' | 'joins'>) {
    this.joins = joins
    this.worker = worker
    this.assignment = assignment
    this.random = seededRandom(assignment.seed ^ 0x2545f491)
    this.recorder = worker.recorder(assignment)
    this.recorder.expected(stays)
    worker.enter(this)
  }

  get client(): DrivenClient {
    if (this.#client === null) throw new Error(`${this.assignment.user} is not logged in: put login before this step`)
    return this.#client
  }

  async login(timeoutMs: number): Promise<void> {
    const { user, device, token, url, route, seed } = this.assignment
    const { driver, mutant } = this.worker
    const connecting = driver.connect({ user, device, token, url, ...(route === undefined ? {} : { route }) }, this.recorder, {
      connectTimeoutMs: timeoutMs,
      mutant,
      seed,
    })
    // Twice the time: the driver's own deadline comes first and says more.
    this.#client = await withDeadline(connecting, timeoutMs * 2, () => `${user} to connect to ${url}`, 'login_timeout')
    if (!this.joins) this.arrive()
  }

  /** The run begins when all have: what is intended from then on finds each of them in its rooms. */
  arrive(): void {
    if (!this.#arrived) this.worker.meter.arrived++
    this.#arrived = true
  }

  /** Sends a message that was wanted at `intendedNs`. Throws when this client has used up its message ids. */
  say(room: string, intendedNs: number, bytes: number, replyTo: ReplyTo | null = null, uploadId: string | null = null): void {
    const options = { ...(replyTo === null ? {} : { replyTo: replyTo.id }), ...(uploadId === null ? {} : { attachments: [uploadId] }) }
    if (!this.recorder.talk(room, intendedNs, bytes, (to, body) => this.client.send(to, body, options), replyTo, uploadId))
      throw new Error(`${this.assignment.user} has used up its message ids`)
  }

  /** Does it beside whatever else goes on; left out, and recorded as such, when there is too much or nothing to do it to. */
  beside(verb: string, act: () => Promise<boolean>): void {
    if (this.#background.size >= backgroundLimit) return this.recorder.acts.skipped(verb)
    const ticket = `${verb} ${++this.#backgroundCount}`
    this.#background.add(ticket)
    act()
      .then((done) => {
        if (!done) this.recorder.acts.skipped(verb)
      })
      .catch((error: unknown) => this.worker.control.problem(this.assignment.number, `${verb}: ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => this.#background.delete(ticket))
  }

  /** Aborted once it is to leave before the run ends. */
  get going(): AbortSignal {
    return this.#going.signal
  }

  /** Ends its talk and its stay. */
  goHome(): void {
    this.#going.abort()
  }

  /** The device that it isn't on; null when it has but one. */
  nextDevice(): { device: string; token: string } | null {
    const { device, token, otherDevice } = this.assignment
    if (otherDevice === undefined) return null
    return this.recorder.device === device ? otherDevice : { device, token }
  }

  /** Of the device that it is on. */
  get token(): string {
    const { token, otherDevice } = this.assignment
    return otherDevice !== undefined && this.recorder.device === otherDevice.device ? otherDevice.token : token
  }

  pending(): string | null {
    if (this.doing !== null) return `${this.assignment.user}: ${this.doing}`
    for (const act of this.#background) return `${this.assignment.user}: ${act}`
    const reason = this.#client?.pending() ?? null
    return reason === null ? null : `${this.assignment.user}: ${reason}`
  }

  /** The newest messages of each room that it is a member of, where the driver can tell them. */
  recordViews(): void {
    const view = this.#client?.capability('view') ?? null
    if (view === null) return
    for (const room of this.assignment.rooms) if (!this.recorder.gone.has(room)) this.recorder.acts.view(room, view.messages(room, recordedViewMessages))
  }

  /** Leaves for good. A client that leaves before the run ends, or gave up its script, is recorded as gone: nobody waits for it at the end. */
  async leave(gaveUp: boolean): Promise<void> {
    if (gaveUp || !this.worker.control.ended) this.recorder.expected(false)
    // Nobody waits for who won't come any more; who was never connected is told by its problem.
    if (this.#client !== null) this.arrive()
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
