/** Brings the outbox to the node: one send in flight per room, in clientSeq order, each attempt with the same identity and a deadline. */
import type { SendRequest, WireEntry } from '../protocol.ts'
import type { Alarms } from './alarms.ts'
import type { Connection } from './connection.ts'
import type { Observer, Outcome, Status } from './observer.ts'
import { judgeAttempt } from './outbox.ts'
import type { AttemptEnd, Outbox, OutboxRow } from './outbox.ts'
import type { ClientParts } from './parts.ts'
import { backoffMs } from './settings.ts'
import type { ClientSettings } from './settings.ts'
import { shownStatus, stateAfter } from './status.ts'
import type { Happening } from './status.ts'
import type { ClientStorage } from './storage.ts'

export interface SenderOptions {
  outbox: Outbox
  parts: Pick<ClientParts, 'attemptId' | 'sendsAtOnce'>
  storage: ClientStorage
  connection: Pick<Connection, 'request' | 'restart'>
  observer: Pick<Observer, 'attempt' | 'outcome' | 'status'>
  settings: ClientSettings
  alarms: Alarms
  random: () => number
  /** Whether the connection is synced: what the overlays `offline` and `retrying` tell. */
  synced: () => boolean
  /** Whether this room may be sent to now. */
  ready: (room: string) => boolean
  stored: (row: Readonly<OutboxRow>, id: string, seq: number) => void
  /** A message that its user has taken back meanwhile is stored: delete it. */
  withdraw: (row: Readonly<OutboxRow>, id: string, operationId: string) => void
  changed: () => void
}

/** `cancelled`: it never left this device, or is known not to be stored. `deleting`: it may be stored, and is deleted as soon as that is known. `none`: nothing to take back. */
export type Cancellation = 'cancelled' | 'deleting' | 'none'

export interface Sender {
  /** A new row of the outbox: written first, then sent. */
  submit(row: OutboxRow): void
  /** The own entry came by the wire: the message is stored, whatever became of the ack. */
  seen: (entry: WireEntry) => void
  pump(room: string): void
  /** Tells what people now see of rows that wait. */
  refresh(): void
  /** `operationId`: of the deletion, should it come to that. */
  cancel: (clientMessageId: string, operationId: string) => Cancellation
  resend: (clientMessageId: string) => boolean
}

export function createSender(options: SenderOptions): Sender {
  const { outbox, parts, storage, connection, observer, settings, alarms, random } = options
  const shown = new Map<string, Status>()
  const unwritten = new Set<string>()
  /** Rows with a send in flight. */
  const flying = new Set<OutboxRow>()
  const pausing = new Set<string>()
  const seenOutcomes = new Map<string, Outcome>()

  function show(row: OutboxRow): void {
    const status = shownStatus(row.state, row.attempts, options.synced())
    if (shown.get(row.clientMessageId) === status) return
    shown.set(row.clientMessageId, status)
    observer.status(row.clientMessageId, status)
  }
  function move(row: OutboxRow, happening: Happening): void {
    row.state = stateAfter(row.state, happening)
    show(row)
  }
  function forget(row: OutboxRow): void {
    outbox.remove(row.clientMessageId)
    shown.delete(row.clientMessageId)
    // A row that the storage keeps is sent again after a reload, and acked as a duplicate.
    storage.removeRow(row.clientMessageId).then(options.changed, options.changed)
    options.changed()
  }
  function accept(row: OutboxRow, id: string, seq: number): void {
    move(row, 'accepted')
    if (row.withdrawal === undefined) forget(row)
    else {
      // Its row stays stored until it is deleted, so that a reload takes that up again.
      outbox.remove(row.clientMessageId)
      shown.delete(row.clientMessageId)
      options.withdraw(row, id, row.withdrawal)
    }
    options.stored(row, id, seq)
  }
  function pause(room: string, ms: number): void {
    pausing.add(room)
    alarms.after(ms, () => {
      pausing.delete(room)
      pump(room)
    })
  }

  async function emit(row: OutboxRow): Promise<AttemptEnd> {
    const request: SendRequest = {
      room: row.room,
      clientMessageId: parts.attemptId(row),
      clientSeq: row.clientSeq,
      attempt: row.attempts,
      type: row.attachments === undefined ? 'text' : 'file',
      body: row.body,
      ...(row.attachments === undefined ? {} : { attachments: [...row.attachments] }),
      ...(row.replyTo === undefined ? {} : { replyTo: row.replyTo }),
      clientCreatedAt: row.clientCreatedAt,
    }
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
    move(row, 'emitted')
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
    if (outcome?.kind === 'ok') return accept(row, outcome.id, outcome.seq)
    if (end.kind === 'answer' && !end.answer.ok && judgement.happening === 'refused') row.failure = { code: end.answer.error.code, retryable: false }
    move(row, judgement.happening)
    if (judgement.happening === 'refused' && row.withdrawal !== undefined && !row.doubt) return forget(row)
    if (judgement.happening === 'undecided') pause(row.room, Math.max(judgement.retryAfterMs, backoffMs(row.attempts, settings, random)))
    await storage.putRow(row)
    options.changed()
    if (end.kind === 'answer' && !end.answer.ok && end.answer.error.code === 'token_expired') connection.restart('token expired')
  }
  function pump(room: string): void {
    if (pausing.has(room) || !options.ready(room)) return
    const row = outbox.next(room, flying, parts.sendsAtOnce)
    if (!row || unwritten.has(row.clientMessageId)) return
    flying.add(row)
    void attempt(row).then(
      () => {
        flying.delete(row)
        pump(room)
      },
      (error: unknown) => {
        flying.delete(row)
        fail(row, error)
      },
    )
  }
  /** The storage refused: nothing that isn't written is sent. */
  function fail(row: OutboxRow, error: unknown): void {
    unwritten.delete(row.clientMessageId)
    row.failure = { code: 'storage', retryable: true }
    move(row, 'refused')
    const why = `storage: ${String(error)}`
    observer.outcome(row.clientMessageId, row.attempts > 1 || row.doubt ? { kind: 'unknown', why } : { kind: 'failed', code: 'storage' }, row.attempts)
    options.changed()
    pump(row.room)
  }
  function submit(row: OutboxRow): void {
    show(row)
    unwritten.add(row.clientMessageId)
    storage.putRow(row).then(
      () => {
        unwritten.delete(row.clientMessageId)
        pump(row.room)
      },
      (error: unknown) => fail(row, error),
    )
  }

  return {
    submit,
    pump,
    seen(entry) {
      const row = outbox.get(entry.operationId)
      if (!row || row.room !== entry.room) return
      const outcome: Outcome = { kind: 'ok', id: entry.id, seq: entry.seq, epoch: entry.epoch, duplicate: false }
      // Subtle: while the attempt is in flight its own end tells the outcome, so that it is told once and times the ack.
      if (flying.has(row) && row.state === 'sending') seenOutcomes.set(row.clientMessageId, outcome)
      else observer.outcome(row.clientMessageId, outcome, row.attempts)
      accept(row, entry.id, entry.seq)
    },
    refresh() {
      for (const row of outbox.rows()) if (row.state === 'queued') show(row)
    },
    cancel(clientMessageId, operationId) {
      const row = outbox.get(clientMessageId)
      if (!row) return 'none'
      const mayBeStored = row.attempts > 0 && (row.state !== 'failed' || row.doubt)
      if (!mayBeStored) {
        move(row, 'cancelled')
        forget(row)
        return 'cancelled'
      }
      const withdrawn = row.state === 'failed' ? (outbox.requeue(clientMessageId) ?? row) : row
      withdrawn.withdrawal ??= operationId
      show(withdrawn)
      storage.putRow(withdrawn).then(
        () => pump(withdrawn.room),
        (error: unknown) => fail(withdrawn, error),
      )
      return 'deleting'
    },
    resend(clientMessageId) {
      const row = outbox.requeue(clientMessageId)
      if (row) submit(row)
      return row !== undefined
    },
  }
}
