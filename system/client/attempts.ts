/** Attempts to send a row: each with the same identity and a deadline, written before it is emitted, and judged by its end. */
import type { Connection } from './connection.ts'
import type { Observer, Outcome } from './observer.ts'
import { judgeAttempt } from './outbox.ts'
import type { AttemptEnd, OutboxRow } from './outbox.ts'
import type { ClientParts } from './parts.ts'
import type { RowEnds } from './row-ends.ts'
import type { RowStatus } from './row-status.ts'
import { sendRequestOf } from './send-request.ts'
import { backoffMs } from './settings.ts'
import type { ClientSettings } from './settings.ts'
import type { ClientStorage } from './storage.ts'

export interface AttemptsOptions {
  parts: Pick<ClientParts, 'attemptId'>
  storage: ClientStorage
  connection: Pick<Connection, 'request' | 'restart'>
  observer: Pick<Observer, 'attempt' | 'outcome'>
  settings: ClientSettings
  random: () => number
  statuses: RowStatus
  ends: RowEnds
  /** Whether this room may be sent to now. */
  ready: (room: string) => boolean
  /** Nothing more is to be sent to the room for so long. */
  pause: (room: string, ms: number) => void
  changed: () => void
}

export interface Attempts {
  /** Rows with an attempt under way. */
  flying: ReadonlySet<OutboxRow>
  /** One attempt with all that follows from its end; rejects when the storage refuses the row. */
  run(row: OutboxRow): Promise<void>
  /** The row is known to be stored otherwise than by an ack. */
  seen(row: OutboxRow, outcome: Outcome): void
}

export function createAttempts(options: AttemptsOptions): Attempts {
  const { storage, connection, observer, statuses, ends } = options
  const flying = new Set<OutboxRow>()
  const seenOutcomes = new Map<string, Outcome>()

  async function emit(row: OutboxRow): Promise<AttemptEnd> {
    const request = sendRequestOf(row, options.parts.attemptId(row))
    observer.attempt(row.clientMessageId, row.attempts, request.clientMessageId)
    try {
      return { kind: 'answer', answer: await connection.request('message:send', request) }
    } catch (error) {
      return { kind: 'silence', why: error instanceof Error ? error.message : String(error) }
    }
  }
  async function attempt(row: OutboxRow): Promise<void> {
    row.attempts += 1
    await storage.putRow(row)
    if (row.state !== 'queued' || !options.ready(row.room)) {
      row.attempts -= 1
      return
    }
    statuses.move(row, 'emitted')
    await conclude(row, await emit(row))
  }
  async function conclude(row: OutboxRow, end: AttemptEnd): Promise<void> {
    const judgement = judgeAttempt(row.doubt, end)
    row.doubt = judgement.doubt
    const seenOutcome = seenOutcomes.get(row.clientMessageId)
    seenOutcomes.delete(row.clientMessageId)
    const outcome = judgement.outcome?.kind === 'ok' ? judgement.outcome : (seenOutcome ?? judgement.outcome)
    if (outcome) observer.outcome(row.clientMessageId, outcome, row.attempts)
    if (row.state !== 'sending') return
    if (outcome?.kind === 'ok') return ends.accept(row, outcome.id, outcome.seq)
    const refusal = end.kind === 'answer' && !end.answer.ok ? end.answer.error.code : null
    if (refusal !== null && judgement.happening === 'refused') row.failure = { code: refusal, retryable: false }
    statuses.move(row, judgement.happening)
    if (judgement.happening === 'refused' && row.withdrawal !== undefined && !row.doubt) return ends.forget(row)
    if (judgement.happening === 'undecided')
      options.pause(row.room, Math.max(judgement.retryAfterMs, backoffMs(row.attempts, options.settings, options.random)))
    await storage.putRow(row)
    options.changed()
    if (refusal === 'token_expired') connection.restart('token expired')
  }

  return {
    flying,
    async run(row) {
      flying.add(row)
      await attempt(row).finally(() => flying.delete(row))
    },
    seen(row, outcome) {
      // Subtle: while the attempt is in flight its own end tells the outcome, so that it is told once and times the ack.
      if (flying.has(row) && row.state === 'sending') seenOutcomes.set(row.clientMessageId, outcome)
      else observer.outcome(row.clientMessageId, outcome, row.attempts)
    },
  }
}
