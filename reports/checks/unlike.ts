/** Deliveries and entries that name another message or entry than the audit has at that seq, or a seq above its head. */
import type { History } from '../history/history.ts'
import { kinds } from '../history/kinds.ts'
import { otherEntry, type Audit } from './audit.ts'
import { Suspects } from './suspects.ts'

export function unlikeAudit(history: History, audit: Audit): Suspects {
  const { kind, room, seq, message, length } = history.columns
  const [delivery, entry] = [kinds.delivery.code, kinds.entry.code]
  const { base, capacity, storedAt } = audit
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
    if (at < 1 || at >= (capacity[inRoom] ?? 0) || storedAt[(base[inRoom] ?? 0) + at] !== own) unlike.add(row)
    else [lastRoom, lastSeq, lastOwn] = [inRoom, at, own]
  }
  return unlike
}
