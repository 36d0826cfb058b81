/**
 * Deliveries and entries that name another message or kind of entry than the audit has at that seq, or a seq above its head; and stubs of
 * messages that nothing was ever done to.
 */
import type { History } from '../history/history.ts'
import { kinds } from '../history/kinds.ts'
import { nothing, otherEntry, type Audit } from './audit.ts'
import { Suspects } from './suspects.ts'

export function unlikeAudit(history: History, audit: Audit): Suspects {
  const { kind, room, seq, message, value, length } = history.columns
  const [delivery, entry] = [kinds.delivery.code, kinds.entry.code]
  const { base, capacity, storedAt, rowAt, recordAt } = audit
  const unlike = new Suspects()
  // Deliveries of one message come together: what the last one named is not looked up again.
  let [lastRoom, lastSeq, lastOwn] = [-1, -1, -1]
  for (let row = 0; row < length; row++) {
    const code = kind[row] ?? 0
    if (code !== delivery && code !== entry) continue
    const inRoom = room[row] ?? 0
    const at = seq[row] ?? 0
    const own = code === delivery ? (message[row] ?? 0) : otherEntry
    if (own === lastOwn && at === lastSeq && inRoom === lastRoom) continue
    if (at < 1 || at >= (capacity[inRoom] ?? 0)) {
      unlike.add(row)
      continue
    }
    const cell = (base[inRoom] ?? 0) + at
    const there = storedAt[cell] ?? nothing
    const alike =
      own === nothing ? there >= 0 && (recordAt[cell] ?? -1) !== -1 : there === own && (own !== otherEntry || value[rowAt[cell] ?? -1] === value[row])
    if (!alike) unlike.add(row)
    // An entry is looked up each time, because its kind is its row's.
    else if (own !== otherEntry) [lastRoom, lastSeq, lastOwn] = [inRoom, at, own]
  }
  return unlike
}
