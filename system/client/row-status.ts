/** Tells what a person sees of each row of the outbox, once a change. */
import type { Observer, Status } from './observer.ts'
import type { OutboxRow } from './outbox.ts'
import { shownStatus, stateAfter } from './status.ts'
import type { Happening } from './status.ts'

export interface RowStatus {
  show(row: Readonly<OutboxRow>): void
  move(row: OutboxRow, happening: Happening): void
  /** The row has left the outbox. */
  drop(row: Readonly<OutboxRow>): void
}

/** `synced`: whether the connection is, which is what the overlays `offline` and `retrying` tell. */
export function createRowStatus(observer: Pick<Observer, 'status'>, synced: () => boolean): RowStatus {
  const shown = new Map<string, Status>()

  function show(row: Readonly<OutboxRow>): void {
    const status = shownStatus(row.state, row.attempts, synced())
    if (shown.get(row.clientMessageId) === status) return
    shown.set(row.clientMessageId, status)
    observer.status(row.clientMessageId, status)
  }

  return {
    show,
    move(row, happening) {
      row.state = stateAfter(row.state, happening)
      show(row)
    },
    drop: (row) => void shown.delete(row.clientMessageId),
  }
}
