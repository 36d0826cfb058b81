/** Says when a row is sent: once it is written, in its turn, and not while its room pauses. */
import type { Alarms } from './alarms.ts'
import type { Attempts } from './attempts.ts'
import type { Observer, Outcome } from './observer.ts'
import type { Outbox, OutboxRow } from './outbox.ts'
import type { ClientParts } from './parts.ts'
import type { RowStatus } from './row-status.ts'
import type { ClientStorage } from './storage.ts'

export interface RowQueueOptions {
  outbox: Outbox
  parts: Pick<ClientParts, 'sendsAtOnce'>
  storage: ClientStorage
  observer: Pick<Observer, 'outcome'>
  alarms: Alarms
  statuses: RowStatus
  attempts: Attempts
  /** Whether this room may be sent to now. */
  ready: (room: string) => boolean
  changed: () => void
}

export interface RowQueue {
  /** A new row: nothing of it is sent before it is written. */
  add(row: OutboxRow): void
  /** A row that has changed; it stays in its turn meanwhile. */
  rewrite(row: OutboxRow): void
  /** Sends what is next in the room, if anything may be sent. */
  pump(room: string): void
  pause(room: string, ms: number): void
}

export function createRowQueue({ outbox, parts, storage, observer, alarms, statuses, attempts, ready, changed }: RowQueueOptions): RowQueue {
  const unwritten = new Set<string>()
  const pausing = new Set<string>()

  function pump(room: string): void {
    if (pausing.has(room) || !ready(room)) return
    const row = outbox.next(room, attempts.flying, parts.sendsAtOnce)
    if (!row || unwritten.has(row.clientMessageId)) return
    void attempts.run(row).then(
      () => pump(room),
      (error: unknown) => fail(row, error),
    )
  }
  function fail(row: OutboxRow, error: unknown): void {
    unwritten.delete(row.clientMessageId)
    row.failure = { code: 'storage', retryable: true }
    statuses.move(row, 'refused')
    observer.outcome(row.clientMessageId, unwrittenOutcome(row, error), row.attempts)
    changed()
    pump(row.room)
  }
  function rewrite(row: OutboxRow): void {
    storage.putRow(row).then(
      () => {
        unwritten.delete(row.clientMessageId)
        pump(row.room)
      },
      (error: unknown) => fail(row, error),
    )
  }

  return {
    add(row) {
      unwritten.add(row.clientMessageId)
      rewrite(row)
    },
    rewrite,
    pump,
    pause(room, ms) {
      pausing.add(room)
      alarms.after(ms, () => {
        pausing.delete(room)
        pump(room)
      })
    },
  }
}

/** The storage refused the row: it isn't sent, but an earlier attempt of it may be stored by the node. */
function unwrittenOutcome({ attempts, doubt }: Readonly<OutboxRow>, error: unknown): Outcome {
  return attempts > 1 || doubt ? { kind: 'unknown', why: `storage: ${String(error)}` } : { kind: 'failed', code: 'storage' }
}
