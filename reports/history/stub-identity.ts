/** A message whose content is gone is stored and read under its clientMessageId: here it becomes the message that was invoked with that id. */
import type { Columns, MessageTable } from './history.ts'
import { kinds } from './kinds.ts'
import { uuidWords, type OperationTable } from './operation-table.ts'

const concerned = new Set<number>([
  kinds.stored.code,
  kinds.storedId.code,
  kinds.storedEntry.code,
  kinds.storedRecord.code,
  kinds.storedChange.code,
  kinds.audited.code,
  kinds.archived.code,
])

/** Changes `columns.message` in place. What no client of the run invoked stays foreign. */
export function identifyStubs(columns: Columns, messages: MessageTable, operations: OperationTable, names: readonly string[]): void {
  const known = new Map<number, number>()
  const identityOf = (foreign: number): number => {
    const words = uuidWords(names[messages.foreign[foreign] ?? -1] ?? '')
    const own = words === null ? -1 : operations.get(...words)
    return own === -1 ? foreign : own
  }
  for (let row = 0; row < columns.length; row++) {
    if (!concerned.has(columns.kind[row] ?? 0)) continue
    const message = columns.message[row] ?? -1
    if (message === -1 || messages.client[message] !== -1) continue
    const own = known.get(message) ?? identityOf(message)
    known.set(message, own)
    columns.message[row] = own
  }
}
