/** A change is folded into whatever the record is by now: who reads an old entry once more takes the record back to it. */
import type { Mutant } from './mutant.ts'

export const foldWithoutRevGuard: Mutant = {
  name: 'fold-without-rev-guard',
  breaks: 'an older edit or reaction that is folded again overwrites a newer one',
  caughtBy: ['convergence'],
  experiment: 'steady',
  node: (parts) => ({
    ...parts,
    log: {
      ...parts.log,
      async updateRecord(messageId, previousRev, patch) {
        const [record] = await parts.log.findMessages([messageId])
        return parts.log.updateRecord(messageId, record?.rev ?? previousRev, patch)
      },
    },
  }),
}
