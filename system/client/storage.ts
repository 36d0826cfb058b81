/** What of a client survives a reload: its connection number, the clientSeq of each room and the outbox. */
import type { OutboxRow } from './outbox.ts'

export interface StoredClient {
  connectionNumber: number
  /** Highest clientSeq given out, per room. */
  clientSeqs: Readonly<Record<string, number>>
  rows: readonly OutboxRow[]
}

export interface ClientStorage {
  load(): Promise<StoredClient>
  saveConnectionNumber(connectionNumber: number): Promise<void>
  /** Writes the row and raises its room's clientSeq to the row's, in one step. */
  putRow(row: Readonly<OutboxRow>): Promise<void>
  removeRow(clientMessageId: string): Promise<void>
}

export function memoryStorage(): ClientStorage {
  const rows = new Map<string, OutboxRow>()
  const clientSeqs = new Map<string, number>()
  let connectionNumber = 0
  return {
    load: async () => ({ connectionNumber, clientSeqs: Object.fromEntries(clientSeqs), rows: [...rows.values()].map((row) => ({ ...row })) }),
    async saveConnectionNumber(number) {
      connectionNumber = number
    },
    async putRow(row) {
      rows.set(row.clientMessageId, { ...row })
      clientSeqs.set(row.room, Math.max(clientSeqs.get(row.room) ?? 0, row.clientSeq))
    },
    async removeRow(clientMessageId) {
      rows.delete(clientMessageId)
    },
  }
}
