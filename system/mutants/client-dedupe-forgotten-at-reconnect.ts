/** What was applied is known to the connection only, and its place is saved now and then: after a reconnect the replay is applied again. */
import type { Mutant } from './mutant.ts'

/** How far the saved place lags behind. */
const lag = 10

export const clientDedupeForgottenAtReconnect: Mutant = {
  name: 'client-dedupe-forgotten-at-reconnect',
  breaks: 'what a replay brings again is applied again',
  caughtBy: ['applied-once'],
  experiment: 'node-kill',
  client: (parts) => ({
    ...parts,
    resumeAfter: (view) => Math.max(0, parts.resumeAfter(view) - lag),
    arrive(view, entry, way) {
      const arrival = parts.arrive(view, entry, way)
      return arrival === 'redelivered' && way === 'sync' ? 'applied' : arrival
    },
  }),
}
