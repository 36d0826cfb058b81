/**
 * One room on one node: its known head, its membership folded up to that head, and the queue that gives entries their seqs.
 * "Known head" means: every entry <= head is read and folded here.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { pageLimit } from '../protocol.ts'
import { coalesce } from './coalesce.ts'
import { entryOf, isSameOperation } from './entries.ts'
import { currentJoin, foldMembership } from './folds.ts'
import { refusal } from './refusal.ts'
import type { Refusal, WireEntry } from '../protocol.ts'
import type { Intent, StoredEntry } from './entries.ts'
import type { Membership } from './folds.ts'
import type { LogStore } from './log-store.ts'

export type AppendOutcome = { ok: true; id: string; seq: number; epoch: string; duplicate: boolean } | Refusal
type Folded = Pick<WireEntry, 'kind' | 'actorId' | 'seq'>

export interface RoomLogOptions {
  roomId: string
  epoch: string
  /** Membership as saved, at least up to `foldedThrough`. */
  membership: Membership
  foldedThrough: number
  log: Pick<LogStore, 'insertBatch' | 'readWindow' | 'findOperation'>
  node: string
  nowMs: () => number
  /** Right after an entry is folded, in seq order. */
  onFolded: (roomId: string, entry: Folded) => void
  /** An entry of this node's own is committed and folded. */
  onCommitted: (entry: StoredEntry) => void
  onError: (error: unknown, during: string) => void
}

interface Waiting {
  intent: Intent
  resolve: (outcome: AppendOutcome) => void
}

const queueLimit = 5000
const longestProbeMs = 320
/** How long a batch may go on losing its seqs to other nodes. */
const collisionDeadlineMs = 5000

export class RoomLog {
  readonly roomId: string
  readonly epoch: string
  readonly membership: Membership
  /** Users whose membership changed since it was last saved. */
  readonly unsaved = new Set<string>()
  /** Resolves when everything that was stored at the call is folded. Rejects when the store doesn't answer. */
  readonly catchUp: () => Promise<void>
  readonly #options: RoomLogOptions
  #head: number
  #queue: Waiting[] = []
  #inFlight = 0

  constructor(options: RoomLogOptions) {
    this.#options = options
    this.roomId = options.roomId
    this.epoch = options.epoch
    this.membership = options.membership
    this.#head = options.foldedThrough
    this.catchUp = coalesce(() => this.#readPastHead())
  }

  get head(): number {
    return this.#head
  }
  get pending(): number {
    return this.#queue.length + this.#inFlight
  }

  append(intent: Intent): Promise<AppendOutcome> {
    if (this.#queue.length >= queueLimit) return Promise.resolve(refusal('rate_limited', `room ${this.roomId} has ${queueLimit} appends waiting`, 1000))
    return new Promise((resolve) => {
      this.#queue.push({ intent, resolve })
      if (this.#inFlight === 0) void this.#pump()
    })
  }

  /** Folds entries that continue the known head; gives false when there is a gap before the first new one. */
  observe(entries: readonly Folded[]): boolean {
    for (const entry of entries) {
      if (entry.seq <= this.#head) continue
      if (entry.seq !== this.#head + 1) return false
      this.#head = entry.seq
      if (foldMembership(this.membership, entry)) this.unsaved.add(entry.actorId)
      this.#options.onFolded(this.roomId, entry)
    }
    return true
  }

  async #readPastHead(): Promise<void> {
    for (let more = true; more;) {
      const after = this.#head
      const entries = await this.#options.log.readWindow({ roomId: this.roomId, epoch: this.epoch, after, upTo: after + pageLimit })
      this.observe(entries)
      more = this.#head >= after + pageLimit
    }
  }

  async #pump(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch()
      this.#inFlight = batch.length
      try {
        await this.#commit(batch)
      } catch (error) {
        this.#options.onError(error, `append to ${this.roomId}`)
        this.#refuseAll(batch, 'the store did not answer')
      }
      this.#inFlight = 0
    }
  }

  /** Messages gather; a change of membership goes alone, so that whatever follows it is authorised after its fold. */
  #takeBatch(): Waiting[] {
    const firstChange = this.#queue.findIndex(({ intent }) => intent.kind !== 'message')
    const length = firstChange === 0 ? 1 : firstChange === -1 ? pageLimit : Math.min(firstChange, pageLimit)
    return this.#queue.splice(0, length)
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const { log, node, nowMs, roomId } = this.#options
    const deadlineMs = nowMs() + collisionDeadlineMs
    let probeMs = 5
    for (let rest = batch.filter((waiting) => this.#isAllowed(waiting)); rest.length > 0; rest = rest.filter((waiting) => this.#isAllowed(waiting))) {
      const from = this.#head
      const entries = rest.map(({ intent }, index) => entryOf(intent, { roomId, epoch: this.epoch, seq: from + 1 + index }, node, nowMs()))
      const outcome = await log.insertBatch(entries)
      if (outcome.kind === 'unknown') return this.#settleUnknown(rest, outcome.error)
      const stored = outcome.kind === 'stored' ? rest.length : outcome.stored
      rest.slice(0, stored).forEach((waiting, index) => this.#accept(waiting, entries[index]))
      rest = rest.slice(stored)
      const [first, ...others] = rest
      if (outcome.kind === 'stored' || first === undefined) continue
      if (outcome.index === 'actor_operation') {
        await this.#answerResend(first)
        rest = others
        continue
      }
      await this.catchUp()
      if (this.#head > from + stored) {
        probeMs = 5
        continue
      }
      // The winner of this seq is not majority-visible yet.
      if (nowMs() > deadlineMs) return this.#refuseAll(rest, `the winner of seq ${from + stored + 1} did not become readable`)
      await delay(probeMs)
      probeMs = Math.min(probeMs * 2, longestProbeMs)
    }
  }

  /** Answers those that folded membership refuses (or has already), and gives whether to append it. */
  #isAllowed({ intent, resolve }: Waiting): boolean {
    const joinedSeq = currentJoin(this.membership, intent.actorId)
    if (intent.kind === 'join') {
      if (joinedSeq === null) return true
      resolve({ ok: true, id: intent.id, seq: joinedSeq, epoch: this.epoch, duplicate: true })
      return false
    }
    if (joinedSeq !== null) return true
    resolve(refusal('forbidden', `${intent.actorId} is not a member of ${this.roomId}`))
    return false
  }

  #accept({ intent, resolve }: Waiting, entry: StoredEntry | undefined): void {
    if (entry === undefined) throw new Error(`no entry for operation ${intent.operationId}`)
    // A read may have folded it already, between its commit and this answer.
    this.observe([entry])
    this.#options.onCommitted(entry)
    resolve({ ok: true, id: entry._id, seq: entry.seq, epoch: this.epoch, duplicate: false })
  }

  async #answerResend({ intent, resolve }: Waiting): Promise<void> {
    const found = await this.#options.log.findOperation(intent.actorId, intent.operationId)
    resolve(found === null ? refusal('unavailable', 'the first attempt is not readable yet', 100) : await this.resendOutcome(found, intent))
  }

  /** The answer to a resend whose first attempt is stored as `found`. */
  async resendOutcome(found: StoredEntry, intent: Intent): Promise<AppendOutcome> {
    if (!isSameOperation(found, this.roomId, intent)) return refusal('id_reused', `operation ${intent.operationId} is another one already`)
    if (found.epoch === this.epoch && found.seq > this.#head) await this.catchUp()
    if (found.epoch === this.epoch && found.seq > this.#head)
      return refusal('unavailable', `seq ${found.seq} is stored, but not everything before it is readable yet`, 100)
    return { ok: true, id: found._id, seq: found.seq, epoch: found.epoch, duplicate: true }
  }

  /** Reads back once. What isn't found may still land later: its sender is told `unavailable` and asks again; the head never moves on it. */
  async #settleUnknown(batch: readonly Waiting[], error: unknown): Promise<void> {
    this.#options.onError(error, `insert into ${this.roomId}`)
    await this.catchUp()
    for (const waiting of batch) {
      const found = await this.#options.log.findOperation(waiting.intent.actorId, waiting.intent.operationId)
      const isOwn = found !== null && found._id === waiting.intent.id && found.seq <= this.#head
      if (isOwn) this.#accept(waiting, found)
      else this.#refuseAll([waiting], 'the store did not confirm it')
    }
  }

  #refuseAll(batch: readonly Waiting[], why: string): void {
    // Those behind it would only run into the same silence, one deadline after the other.
    for (const { resolve } of [...batch, ...this.#queue.splice(0)]) resolve(refusal('unavailable', why, 200))
  }
}
