/** The cursor is the highest seq that was seen, whatever is missing below it. */
import type { Mutant } from './mutant.ts'

export const cursorHighestSeen: Mutant = {
  name: 'cursor-highest-seen',
  breaks: 'what comes late or not at all below the highest seq is passed over',
  caughtBy: ['delivered-to-all', 'applied-once'],
  experiment: 'node-kill',
  client: (parts) => ({
    ...parts,
    arrive(view, entry, way) {
      if (entry.epoch === view.epoch && entry.seq > view.applied) view.applied = entry.seq - 1
      return parts.arrive(view, entry, way)
    },
  }),
}
