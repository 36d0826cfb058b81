/** When messages were purged. */
import type { History } from '../history/history.ts'
import { auditOf } from './audit.ts'
import { excludedOf } from './excluded.ts'
import { once } from './once.ts'

/** A purge is folded right after its commit by the node that made it, in blocks of 16 messages, and told like any other entry. A choice. */
export const purgeToldNs = 2_000 * 1e6

/** By cell: when the purge of the message there was committed, by the journals; Infinity when none was, or they don't tell. */
export const purgedNsOf = once((history: History): Float64Array => {
  const { room, seq, rev, value } = history.columns
  const { base, capacity, storedAt } = auditOf(history)
  const { commitNs } = excludedOf(history)
  const times = new Float64Array(storedAt.length).fill(Infinity)
  for (const purge of history.rowsOf('storedPurge')) {
    const inRoom = room[purge] ?? 0
    const cells = base[inRoom] ?? 0
    const atNs = commitNs[cells + (seq[purge] ?? 0)] ?? NaN
    if (Number.isNaN(atNs)) continue
    for (let at = (rev[purge] ?? 0) + 1; at <= Math.min(value[purge] ?? 0, (capacity[inRoom] ?? 1) - 1); at++)
      times[cells + at] = Math.min(times[cells + at] ?? Infinity, atNs)
  }
  return times
})
