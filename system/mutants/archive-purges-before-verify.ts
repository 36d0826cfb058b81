/** A purge takes what was handed to the archive for archived: the object is written when it suits, from what the log has by then. */
import type { ArchivedEntry } from '../node/archive.ts'
import type { Mutant } from './mutant.ts'

/** Long enough for the purge to be folded first. */
const writtenMs = 500

export const archivePurgesBeforeVerify: Mutant = {
  name: 'archive-purges-before-verify',
  breaks: 'what was purged is in its archive without its content',
  caughtBy: ['retention'],
  experiment: 'moderation',
  node(parts) {
    const { archive } = parts.keeping
    if (archive === null) return parts
    const handed = new Map<string, ArchivedEntry>()
    return {
      ...parts,
      keeping: {
        ...parts.keeping,
        archive: {
          ...archive,
          async write(window, entries) {
            for (const entry of entries) handed.set(entry._id, { entry, key: 'to be written' })
            const write = async (): Promise<void> => archive.write(window, await parts.log.readWindow(window))
            setTimeout(() => void write().catch((error: unknown) => process.emitWarning(String(error))), writtenMs)
          },
          async read({ roomId, after, upTo }) {
            return [...handed.values()].filter(({ entry }) => entry.roomId === roomId && entry.seq > after && entry.seq <= upTo)
          },
        },
      },
    }
  },
}
