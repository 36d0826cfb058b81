/** Takes rows out of the outbox that have come to their end: stored by the node, or never to be sent. */
import type { Outbox, OutboxRow } from './outbox.ts'
import type { RowStatus } from './row-status.ts'
import type { ClientStorage } from './storage.ts'

export interface RowEndsOptions {
  outbox: Outbox
  storage: ClientStorage
  statuses: RowStatus
  stored: (row: Readonly<OutboxRow>, id: string, seq: number) => void
  /** A message that its user has taken back meanwhile is stored: delete it. */
  withdraw: (row: Readonly<OutboxRow>, id: string, operationId: string) => void
  changed: () => void
}

export interface RowEnds {
  /** It won't be sent any more. */
  forget(row: OutboxRow): void
  /** It is stored, under this id and seq. */
  accept(row: OutboxRow, id: string, seq: number): void
}

export function createRowEnds({ outbox, storage, statuses, stored, withdraw, changed }: RowEndsOptions): RowEnds {
  function takeOut(row: OutboxRow): void {
    outbox.remove(row.clientMessageId)
    statuses.drop(row)
  }
  function forget(row: OutboxRow): void {
    takeOut(row)
    // A row that the storage keeps is sent again after a reload, and acked as a duplicate.
    storage.removeRow(row.clientMessageId).then(changed, changed)
    changed()
  }

  return {
    forget,
    accept(row, id, seq) {
      statuses.move(row, 'accepted')
      if (row.withdrawal === undefined) forget(row)
      else {
        // Its row stays stored until it is deleted, so that a reload takes that up again.
        takeOut(row)
        withdraw(row, id, row.withdrawal)
      }
      stored(row, id, seq)
    },
  }
}
