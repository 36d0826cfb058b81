/** Brings the outbox to the node: one send in flight per room, in clientSeq order, each attempt with the same identity and a deadline. */
import type { WireEntry } from '../protocol.ts'
import type { Alarms } from './alarms.ts'
import { createAttempts } from './attempts.ts'
import type { Attempts } from './attempts.ts'
import type { Connection } from './connection.ts'
import type { Observer } from './observer.ts'
import type { Outbox, OutboxRow } from './outbox.ts'
import type { ClientParts } from './parts.ts'
import { createRowEnds } from './row-ends.ts'
import { createRowQueue } from './row-queue.ts'
import type { RowQueue } from './row-queue.ts'
import { createRowStatus } from './row-status.ts'
import type { ClientSettings } from './settings.ts'
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
  const { outbox } = options
  const statuses = createRowStatus(options.observer, options.synced)
  const ends = createRowEnds({ ...options, statuses })
  const attempts: Attempts = createAttempts({ ...options, statuses, ends, pause: (room, ms) => queue.pause(room, ms) })
  const queue: RowQueue = createRowQueue({ ...options, statuses, attempts })

  function submit(row: OutboxRow): void {
    statuses.show(row)
    queue.add(row)
  }

  return {
    submit,
    pump: (room) => queue.pump(room),
    seen(entry) {
      const row = outbox.get(entry.operationId)
      if (!row || row.room !== entry.room) return
      attempts.seen(row, { kind: 'ok', id: entry.id, seq: entry.seq, epoch: entry.epoch, duplicate: false })
      ends.accept(row, entry.id, entry.seq)
    },
    refresh() {
      for (const row of outbox.rows()) if (row.state === 'queued') statuses.show(row)
    },
    cancel(clientMessageId, operationId) {
      const row = outbox.get(clientMessageId)
      if (!row) return 'none'
      if (!mayBeStored(row)) {
        statuses.move(row, 'cancelled')
        ends.forget(row)
        return 'cancelled'
      }
      const withdrawn = row.state === 'failed' ? (outbox.requeue(clientMessageId) ?? row) : row
      withdrawn.withdrawal ??= operationId
      statuses.show(withdrawn)
      queue.rewrite(withdrawn)
      return 'deleting'
    },
    resend(clientMessageId) {
      const row = outbox.requeue(clientMessageId)
      if (row) submit(row)
      return row !== undefined
    },
  }
}

function mayBeStored({ attempts, state, doubt }: Readonly<OutboxRow>): boolean {
  return attempts > 0 && (state !== 'failed' || doubt)
}
