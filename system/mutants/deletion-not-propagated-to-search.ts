/** Search has an index of its own that hears of new messages only. */
import type { StoredEntry } from '../node/entries.ts'
import type { Mutant } from './mutant.ts'

export const deletionNotPropagatedToSearch: Mutant = {
  name: 'deletion-not-propagated-to-search',
  breaks: 'a deleted message is still found by its words',
  caughtBy: ['convergence'],
  experiment: 'history-scroll',
  node(parts) {
    const indexed: StoredEntry[] = []
    return {
      ...parts,
      log: {
        ...parts.log,
        async insertBatch(entries) {
          const copies = entries.filter((entry) => entry.kind === 'message').map((entry) => structuredClone(entry))
          const outcome = await parts.log.insertBatch(entries)
          if (outcome.kind === 'stored') indexed.push(...copies)
          return outcome
        },
      },
      keeping: {
        ...parts.keeping,
        search: {
          async find({ roomId, epoch }, stays, terms, limit) {
            const isFound = ({ searchTerms = [] }: StoredEntry) => terms.every((term) => searchTerms.some((word) => word.startsWith(term)))
            const isReadable = ({ seq }: StoredEntry) => stays.some(({ joinedSeq, leftSeq }) => joinedSeq <= seq && seq <= (leftSeq ?? Infinity))
            const inRoom = indexed.filter((entry) => entry.roomId === roomId && entry.epoch === epoch)
            return inRoom.filter((entry) => isReadable(entry) && isFound(entry)).slice(-limit)
          },
        },
      },
    }
  },
}
