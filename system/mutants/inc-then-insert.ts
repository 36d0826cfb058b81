/** A seq comes from a counter and the entry is inserted after it: an insert that fails leaves a hole that nobody sees. */
import type { Mutant } from './mutant.ts'

/** One insert in so many fails. */
const every = 200

export const incThenInsert: Mutant = {
  name: 'inc-then-insert',
  breaks: 'a seq is taken, and its entry never stored',
  caughtBy: ['sequence', 'acked-is-stored'],
  experiment: 'steady',
  node(parts) {
    let inserts = 0
    return {
      ...parts,
      log: {
        ...parts.log,
        insertBatch(entries) {
          inserts += 1
          const isLost = inserts % every === 0 && entries.length === 1 && entries[0]?.kind === 'message'
          return isLost ? Promise.resolve({ kind: 'stored' }) : parts.log.insertBatch(entries)
        },
      },
    }
  },
}
