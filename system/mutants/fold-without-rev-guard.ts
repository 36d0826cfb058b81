/** A change is folded into whatever the record is by now: who reads an old entry once more takes the record back to it. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Mutant } from './mutant.ts'

/** Every other fold takes so long: whoever else reads the entry, and the next one of that message, is faster meanwhile. */
const slowMs = 1000

export const foldWithoutRevGuard: Mutant = {
  name: 'fold-without-rev-guard',
  breaks: 'an older edit or reaction that is folded again overwrites a newer one',
  caughtBy: ['convergence'],
  experiment: 'steady',
  showsAfterMs: 8_000,
  node(parts) {
    let folds = 0
    return {
      ...parts,
      log: {
        ...parts.log,
        async updateRecord(messageId, previousRev, patch) {
          folds += 1
          if (folds % 2 === 0) await delay(slowMs)
          const [record] = await parts.log.findMessages([messageId])
          return parts.log.updateRecord(messageId, record?.rev ?? previousRev, patch)
        },
      },
    }
  },
}
