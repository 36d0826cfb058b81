/** One room on one node: its folded state, and the queue that gives entries their seqs. */
import { setTimeout as delay } from 'node:timers/promises'
import { pageLimit } from '../protocol.ts'
import { entryOf, isSameOperation, wireOf } from './entries.ts'
import { currentJoin } from './folds.ts'
import { permit } from './permission.ts'
import { refusal } from './refusal.ts'
import { RoomFold } from './room-fold.ts'
import { bringsRecord, withRecords } from './showing.ts'
import type { Refusal, WireEntry } from '../protocol.ts'
import type { Intent, StoredEntry } from './entries.ts'
import type { RoomFoldOptions } from './room-fold.ts'

export type AppendOutcome = { ok: true; id: string; seq: number; epoch: string; duplicate: boolean } | Refusal

export interface RoomLogOptions extends RoomFoldOptions {
  node: string
  nowMs: () => number
  /** An entry of this node's own is committed and folded; `wire` is what to tell of it. */
  onCommitted: (entry: StoredEntry, wire: WireEntry) => void
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
/** Kinds that may gather in one batch: none of them decides whether another one is allowed. */
const gathering: ReadonlySet<Intent['kind']> = new Set(['message', 'edit', 'react', 'unreact', 'upload-state'])

export class RoomLog extends RoomFold {
  readonly #options: RoomLogOptions
  #queue: Waiting[] = []
  #inFlight = 0
  #ownSeq = 0

  constructor(options: RoomLogOptions) {
    super(options)
    this.#options = options
  }

  /** Seq of this node's last commit here: the store took it, so at that time there was nothing past it, and everything before it is folded. */
  get ownSeq(): number {
    return this.#ownSeq
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

  /** Messages, edits and reactions gather; everything else goes alone, so that whatever follows it is authorised after its fold. */
  #takeBatch(): Waiting[] {
    const firstAlone = this.#queue.findIndex(({ intent }) => !gathering.has(intent.kind))
    const length = firstAlone === 0 ? 1 : firstAlone === -1 ? pageLimit : Math.min(firstAlone, pageLimit)
    return this.#queue.splice(0, length)
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const { log, node, nowMs } = this.#options
    const deadlineMs = nowMs() + collisionDeadlineMs
    let probeMs = 5
    let isFresh = false
    for (let rest = [...batch]; rest.length > 0;) {
      await this.#loadTargets(rest)
      const refused = rest.filter(({ intent }) => this.#refusalOf(intent) !== null)
      if (refused.length > 0 && !isFresh) {
        // What would allow it may have happened on another node, and its publish been lost.
        await this.catchUp()
        isFresh = true
        continue
      }
      if (refused.length > 0) {
        rest = rest.filter((waiting) => !refused.includes(waiting))
        for (const waiting of refused) await this.#refuse(waiting)
        continue
      }
      // Subtle: nothing is awaited between the look at folded state and this, so that state is the one at the known head.
      const from = this.head
      const entries = this.#entriesOf(rest, from, node, nowMs())
      const outcome = await log.insertBatch(entries)
      if (outcome.kind === 'unknown') return this.#settleUnknown(rest, outcome.error)
      const stored = outcome.kind === 'stored' ? rest.length : outcome.stored
      for (const [index, waiting] of rest.slice(0, stored).entries()) await this.#accept(waiting, entries[index])
      rest = rest.slice(stored)
      const [first, ...others] = rest
      if (outcome.kind === 'stored' || first === undefined) continue
      if (outcome.index === 'actor_operation') {
        await this.#answerResend(first)
        rest = others
        continue
      }
      await this.catchUp()
      if (this.head > from + stored) {
        probeMs = 5
        continue
      }
      // The winner of this seq is not majority-visible yet.
      if (nowMs() > deadlineMs) return this.#refuseAll(rest, `the winner of seq ${from + stored + 1} did not become readable`)
      await delay(probeMs)
      probeMs = Math.min(probeMs * 2, longestProbeMs)
    }
  }

  /** Seqs from the known head on; a message that is changed more than once in the batch goes from one rev to the next. */
  #entriesOf(batch: readonly Waiting[], from: number, node: string, nowMs: number): StoredEntry[] {
    const { roomId, epoch } = this
    const revs = new Map<string, number>()
    return batch.map(({ intent }, index) => {
      const { messageId } = intent
      const seq = from + 1 + index
      if (messageId === undefined) return entryOf(intent, { roomId, epoch, seq }, node, nowMs)
      const previousRev = revs.get(messageId) ?? this.messages.get(messageId)?.rev
      revs.set(messageId, seq)
      return entryOf(intent, { roomId, epoch, seq, previousRev }, node, nowMs)
    })
  }

  async #loadTargets(batch: readonly Waiting[]): Promise<void> {
    const targets = batch.flatMap(({ intent }) => intent.messageId ?? intent.message?.replyTo ?? [])
    if (targets.length > 0) await this.messages.load(targets, (ids) => this.#options.log.findMessages(ids))
  }

  /** Null: folded state lets it be appended. Else its answer: a refusal, or that it is so already. */
  #refusalOf(intent: Intent): AppendOutcome | null {
    const joinedSeq = currentJoin(this.membership, intent.actorId)
    if (intent.kind === 'join' && joinedSeq !== null) return { ok: true, id: intent.id, seq: joinedSeq, epoch: this.epoch, duplicate: true }
    const { roomId, membership, isClosed } = this
    return permit({ roomId, membership, isClosed, message: this.messages.get, nowMs: this.#options.nowMs() }, intent)
  }

  /** Unless it is done already, by an attempt that was still under way when this one came: what was done may have taken the right to do it. */
  async #refuse({ intent, resolve }: Waiting): Promise<void> {
    const refused = this.#refusalOf(intent) ?? refusal('unavailable', 'the room changed meanwhile', 50)
    const found = refused.ok ? null : await this.#options.log.findOperation(intent.actorId, intent.operationId)
    resolve(found === null ? refused : await this.resendOutcome(found, intent))
  }

  async #accept({ intent, resolve }: Waiting, entry: StoredEntry | undefined): Promise<void> {
    if (entry === undefined) throw new Error(`no entry for operation ${intent.operationId}`)
    // A read may have folded it already, between its commit and this answer.
    await this.fold([entry])
    this.#ownSeq = entry.seq
    this.#options.onCommitted(entry, await this.#told(entry))
    resolve({ ok: true, id: entry._id, seq: entry.seq, epoch: this.epoch, duplicate: false })
  }

  async #told(entry: StoredEntry): Promise<WireEntry> {
    if (!bringsRecord(entry) || entry.messageId === undefined) return wireOf(entry)
    return withRecords([entry], await this.#options.log.findMessages([entry.messageId]))[0] ?? wireOf(entry)
  }

  async #answerResend({ intent, resolve }: Waiting): Promise<void> {
    const found = await this.#options.log.findOperation(intent.actorId, intent.operationId)
    resolve(found === null ? refusal('unavailable', 'the first attempt is not readable yet', 100) : await this.resendOutcome(found, intent))
  }

  /** The answer to a resend whose first attempt is stored as `found`. */
  async resendOutcome(found: StoredEntry, intent: Intent): Promise<AppendOutcome> {
    if (!isSameOperation(found, this.roomId, intent)) return refusal('id_reused', `operation ${intent.operationId} is another one already`)
    if (found.epoch === this.epoch && found.seq > this.head) await this.catchUp()
    if (found.epoch === this.epoch && found.seq > this.head)
      return refusal('unavailable', `seq ${found.seq} is stored, but not everything before it is readable yet`, 100)
    return { ok: true, id: found._id, seq: found.seq, epoch: found.epoch, duplicate: true }
  }

  /** Reads back once. What isn't found may still land later: its sender is told `unavailable` and asks again; the head never moves on it. */
  async #settleUnknown(batch: readonly Waiting[], error: unknown): Promise<void> {
    this.#options.onError(error, `insert into ${this.roomId}`)
    await this.catchUp()
    for (const waiting of batch) {
      const found = await this.#options.log.findOperation(waiting.intent.actorId, waiting.intent.operationId)
      const isOwn = found !== null && found._id === waiting.intent.id && found.seq <= this.head
      if (isOwn) await this.#accept(waiting, found)
      else this.#refuseAll([waiting], 'the store did not confirm it')
    }
  }

  #refuseAll(batch: readonly Waiting[], why: string): void {
    // Those behind it would only run into the same silence, one deadline after the other.
    for (const { resolve } of [...batch, ...this.#queue.splice(0)]) resolve(refusal('unavailable', why, 200))
  }
}
