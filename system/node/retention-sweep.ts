/** Visits every room that doesn't keep everything. The lease only saves work: two nodes that sweep at once do no harm. */
import { retainRoom } from './retention-run.ts'
import { takeSweepLease } from './sweep-lease.ts'
import type { RetentionParts } from './retention-run.ts'
import type { Store } from './store.ts'

export interface SweepOptions extends RetentionParts {
  store: Pick<Store, 'rooms' | 'log' | 'database'>
  node: string
  leaseMs: number
  onError: (error: unknown, during: string) => void
}

/** Windows of one room in one sweep, so that a long room doesn't keep the others waiting. */
const windowsPerSweep = 20

export function retentionSweep(options: SweepOptions): () => Promise<void> {
  const { store, node, leaseMs, nowMs, onError } = options
  return async () => {
    if (!(await takeSweepLease(store, { name: 'retention', node, leaseMs, nowMs: nowMs() }))) return
    for (const kind of ['delete', 'archive'] as const) {
      for (const { _id } of await store.rooms.find({ 'retention.policy.kind': kind }, { projection: { _id: 1 } }).toArray()) {
        try {
          for (let window = 0, more = true; more && window < windowsPerSweep; window++) more = await retainRoom(options, _id)
        } catch (error) {
          onError(error, `retention of ${_id}`)
        }
      }
    }
  }
}
