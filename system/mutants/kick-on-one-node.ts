/** Who is kicked or banned leaves the rooms of the node that did it; on the others the sockets stay where they are. */
import type { Mutant } from './mutant.ts'

export const kickOnOneNode: Mutant = {
  name: 'kick-on-one-node',
  breaks: 'a kicked user goes on reading by a socket on another node',
  caughtBy: ['access'],
  experiment: 'moderation',
  node(parts) {
    const own = new Set<string>()
    return {
      ...parts,
      log: {
        ...parts.log,
        insertBatch(entries) {
          for (const entry of entries) if (entry.kind === 'leave' || entry.kind === 'ban') own.add(entry._id)
          return parts.log.insertBatch(entries)
        },
      },
      evictions: {
        takeOut(roomId, entry) {
          if (own.has(entry.id)) parts.evictions.takeOut(roomId, entry)
        },
      },
    }
  },
}
