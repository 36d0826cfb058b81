/** Own messages that were taken back after an attempt: first sent, then deleted. The outbox row stays in the storage until the deletion is known. */
import type { Alarms } from './alarms.ts'
import type { Operations } from './operations.ts'
import type { OutboxRow } from './outbox.ts'
import { backoffMs } from './settings.ts'
import type { ClientSettings } from './settings.ts'
import type { ClientStorage } from './storage.ts'

export interface Withdrawals {
  /** The message is stored as `messageId`: delete it, until the node has said what became of that. */
  begin(row: Readonly<OutboxRow>, messageId: string, operationId: string): void
  /** Messages still to be deleted. */
  open(): number
}

export interface WithdrawalsOptions {
  operations: Operations
  storage: Pick<ClientStorage, 'removeRow'>
  alarms: Alarms
  settings: ClientSettings
  random: () => number
  changed: () => void
}

export function createWithdrawals({ operations, storage, alarms, settings, random, changed }: WithdrawalsOptions): Withdrawals {
  const open = new Set<string>()

  async function run({ clientMessageId, room }: Readonly<OutboxRow>, messageId: string, operationId: string): Promise<void> {
    for (let attempt = 1; !alarms.closed(); attempt += 1) {
      const result = await operations.ask('message:delete', { room, operationId, messageId })
      // What is refused for good stays refused: the message was removed by another, or the user isn't a member any more.
      if (result.kind === 'ok' || (result.kind === 'failed' && !result.retryable)) break
      await alarms.sleep(backoffMs(attempt, settings, random))
    }
    if (alarms.closed()) return
    open.delete(clientMessageId)
    // A row that the storage keeps is sent and deleted again after a reload, both as duplicates.
    await storage.removeRow(clientMessageId).then(changed, changed)
  }

  return {
    begin(row, messageId, operationId) {
      if (open.has(row.clientMessageId)) return
      open.add(row.clientMessageId)
      void run(row, messageId, operationId)
    },
    open: () => open.size,
  }
}
