/**
 * Deliveries and entries that name another message or kind of entry than the audit has at that seq, or a seq above its head; and stubs of
 * messages that nothing was ever done to.
 */
import type { History } from '../history/history.ts'
import { kinds } from '../history/kinds.ts'
import { nothing, otherEntry, type Audit } from './audit.ts'
import { plainDeliveriesOf } from './plain-deliveries.ts'
import { Suspects } from './suspects.ts'

export function unlikeAudit(history: History, audit: Audit): Suspects {
  const { kind, room, seq, message, value } = history.columns
  const [delivery, entry] = [kinds.delivery.code, kinds.entry.code]
  const { base, capacity, storedAt, rowAt, recordAt } = audit
  const { others } = plainDeliveriesOf(history)
  const unlike = new Suspects()
  for (let index = 0; index < others.length; index++) {
    const row = others[index] ?? 0
    const code = kind[row] ?? 0
    if (code !== delivery && code !== entry) continue
    const inRoom = room[row] ?? 0
    const at = seq[row] ?? 0
    if (at < 1 || at >= (capacity[inRoom] ?? 0)) {
      unlike.add(row)
      continue
    }
    const own = code === delivery ? (message[row] ?? 0) : otherEntry
    const cell = (base[inRoom] ?? 0) + at
    const there = storedAt[cell] ?? nothing
    const alike =
      own === nothing ? there >= 0 && (recordAt[cell] ?? -1) !== -1 : there === own && (own !== otherEntry || value[rowAt[cell] ?? -1] === value[row])
    if (!alike) unlike.add(row)
  }
  return unlike
}
