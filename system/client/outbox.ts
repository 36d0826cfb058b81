/** The outbox: own messages that are not yet known to be stored, per room in clientSeq order. */
import type { SendAck } from '../protocol.ts'
import type { Outcome } from './observer.ts'
import { meaningOf } from './operations.ts'
import { stateAfter } from './status.ts'
import type { Happening, State } from './status.ts'

export interface OutboxRow {
  room: string
  /** UUIDv7, made once; every attempt carries it. */
  clientMessageId: string
  clientSeq: number
  body: string
  /** Server id of the message that it answers. */
  replyTo?: string
  /** uploadIds of files that are uploaded. */
  attachments?: readonly string[]
  clientCreatedAt: number
  attempts: number
  /** An attempt ended without a definite answer: the message may be stored. */
  doubt: boolean
  state: State
  /** Why it failed. */
  failure?: { code: string; retryable: boolean }
  /** Taken back after an attempt: operationId of the deletion that follows once it is stored. */
  withdrawal?: string
}

export interface Outbox {
  add(room: string, body: string, clientMessageId: string, clientCreatedAt: number, more?: Pick<OutboxRow, 'replyTo' | 'attachments'>): OutboxRow
  get(clientMessageId: string): OutboxRow | undefined
  /** The row to send next in a room: the lowest clientSeq that is queued; undefined while `atOnce` of them are in flight. */
  next(room: string, flying: ReadonlySet<OutboxRow>, atOnce: number): OutboxRow | undefined
  remove(clientMessageId: string): void
  /** Puts a failed row at the end again: the same clientMessageId, a new clientSeq. */
  requeue(clientMessageId: string): OutboxRow | undefined
  rows(): Iterable<OutboxRow>
  rooms(): Iterable<string>
  /** Rows that still have to be sent. */
  unsent(): number
}

export function createOutbox(stored: { clientSeqs: Readonly<Record<string, number>>; rows: readonly OutboxRow[] }): Outbox {
  const byId = new Map<string, OutboxRow>()
  const byRoom = new Map<string, OutboxRow[]>()
  const clientSeqs = new Map(Object.entries(stored.clientSeqs))

  function append(row: OutboxRow): OutboxRow {
    byId.set(row.clientMessageId, row)
    const rows = byRoom.get(row.room)
    if (rows) rows.push(row)
    else byRoom.set(row.room, [row])
    return row
  }
  function nextClientSeq(room: string): number {
    const clientSeq = (clientSeqs.get(room) ?? 0) + 1
    clientSeqs.set(room, clientSeq)
    return clientSeq
  }
  function remove(clientMessageId: string): void {
    const row = byId.get(clientMessageId)
    if (!row) return
    byId.delete(clientMessageId)
    const rows = byRoom.get(row.room) ?? []
    rows.splice(rows.indexOf(row), 1)
    if (rows.length === 0) byRoom.delete(row.room)
  }
  // What was on its way when the program ended may have arrived.
  for (const row of [...stored.rows].sort((left, right) => left.clientSeq - right.clientSeq)) {
    append({ ...row, state: row.state === 'sending' ? 'queued' : row.state, doubt: row.doubt || row.attempts > 0 })
  }

  return {
    add(room, body, clientMessageId, clientCreatedAt, more = {}) {
      return append({ room, clientMessageId, clientSeq: nextClientSeq(room), body, ...more, clientCreatedAt, attempts: 0, doubt: false, state: 'queued' })
    },
    get: (clientMessageId) => byId.get(clientMessageId),
    next(room, flying, atOnce) {
      const rows = byRoom.get(room) ?? []
      const underway = rows.filter((row) => row.state === 'sending' || flying.has(row))
      return underway.length >= atOnce ? undefined : rows.find((row) => row.state === 'queued' && !flying.has(row))
    },
    remove,
    requeue(clientMessageId) {
      const row = byId.get(clientMessageId)
      if (row?.state !== 'failed') return undefined
      remove(clientMessageId)
      const { failure: _failure, ...again } = row
      return append({ ...again, clientSeq: nextClientSeq(row.room), state: stateAfter(row.state, 'resent') })
    },
    rows: () => byId.values(),
    rooms: () => [...byRoom.keys()],
    unsent: () => byId.values().reduce((count, row) => (row.state === 'failed' ? count : count + 1), 0),
  }
}

export type AttemptEnd = { kind: 'answer'; answer: SendAck } | { kind: 'silence'; why: string }
export interface Judgement {
  happening: Happening
  /** From now on the message may be stored. */
  doubt: boolean
  /** What to tell of this attempt; null when it was refused for the moment only. */
  outcome: Outcome | null
  /** The next attempt comes no sooner. */
  retryAfterMs: number
}

/** What the end of an attempt means. `doubt`: an earlier attempt may have been stored, so a refusal now isn't definite for the message. */
export function judgeAttempt(doubt: boolean, end: AttemptEnd): Judgement {
  if (end.kind === 'silence') return { happening: 'undecided', doubt: true, outcome: { kind: 'unknown', why: end.why }, retryAfterMs: 0 }
  const { answer } = end
  if (answer.ok)
    return {
      happening: 'accepted',
      doubt,
      outcome: { kind: 'ok', id: answer.id, seq: answer.seq, epoch: answer.epoch, duplicate: answer.duplicate },
      retryAfterMs: 0,
    }
  const { code, retryAfterMs = 0 } = answer.error
  const meaning = meaningOf(code)
  const happening = meaning.retryable ? 'undecided' : 'refused'
  if (!meaning.definite) return { happening, doubt: true, outcome: { kind: 'unknown', why: code }, retryAfterMs }
  if (meaning.retryable) return { happening, doubt, outcome: null, retryAfterMs }
  return { happening, doubt, outcome: doubt ? { kind: 'unknown', why: code } : { kind: 'failed', code }, retryAfterMs }
}
