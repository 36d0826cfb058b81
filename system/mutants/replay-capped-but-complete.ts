/** A replay brings the newest entry only, and calls itself complete. */
import type { Mutant } from './mutant.ts'

const replayed = 1

export const replayCappedButComplete: Mutant = {
  name: 'replay-capped-but-complete',
  breaks: 'a replay leaves out all but the newest entry without a reset, and nothing brings the rest',
  caughtBy: ['sync-honest'],
  experiment: 'node-kill',
  node: (parts) => ({
    ...parts,
    planReplay(cursor, room) {
      const plan = parts.planReplay(cursor, room)
      return plan.kind === 'replay' ? { kind: 'replay', after: Math.max(plan.after, room.head - replayed) } : plan
    },
    heartbeat: { tell() {} },
    ranges: { read: () => Promise.resolve([]) },
  }),
}
