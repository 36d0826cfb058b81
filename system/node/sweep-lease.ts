/** A lease that only saves work: sweeps are harmless beside each other. */
import { isDuplicateKey } from './duplicate-key.ts'
import type { Store } from './store.ts'

export interface SweepLease {
  /** What is swept. */
  name: string
  node: string
  nowMs: number
  leaseMs: number
}

export async function takeSweepLease({ database }: Pick<Store, 'database'>, { name, node, nowMs, leaseMs }: SweepLease): Promise<boolean> {
  const leases = database.collection<{ _id: string; holder: string; untilMs: number }>('leases')
  try {
    const free = { _id: name, $or: [{ holder: node }, { untilMs: { $lt: nowMs } }] }
    await leases.updateOne(free, { $set: { holder: node, untilMs: nowMs + leaseMs } }, { upsert: true })
    return true
  } catch (error) {
    if (isDuplicateKey(error)) return false
    throw error
  }
}
