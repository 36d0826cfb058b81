/** A message whose content is gone is stored and read under its clientMessageId: here it becomes the message that was invoked with that id. */
import type { Columns, MessageTable } from './history.ts'
import { kinds } from './kinds.ts'
import { uuidWords, type OperationTable } from './operation-table.ts'

/** By kind code: 1 for those that may tell of a message under its clientMessageId. */
const isConcerned = new Uint8Array(256)
for (const { code } of [kinds.stored, kinds.storedId, kinds.storedEntry, kinds.storedRecord, kinds.storedChange, kinds.audited, kinds.archived])
  isConcerned[code] = 1

/** Changes `columns.message` in place. What no client of the run invoked stays foreign. */
export function identifyStubs(columns: Columns, messages: MessageTable, operations: OperationTable, names: readonly string[]): void {
  // Foreign messages come last.
  if (messages.client.at(-1) !== -1) return
  const known = new Map<number, number>()
  const identityOf = (foreign: number): number => {
    const words = uuidWords(names[messages.foreign[foreign] ?? -1] ?? '')
    const own = words === null ? -1 : operations.get(...words)
    return own === -1 ? foreign : own
  }
  const { kind, message, length } = columns
  for (let row = 0; row < length; row++) {
    if (isConcerned[kind[row] ?? 0] !== 1) continue
    const told = message[row] ?? -1
    if (told === -1 || messages.client[told] !== -1) continue
    const own = known.get(told) ?? identityOf(told)
    known.set(told, own)
    message[row] = own
  }
}
