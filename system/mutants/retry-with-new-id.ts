/** Each attempt is a new message to the node. */
import { v7 } from 'uuid'
import type { Mutant } from './mutant.ts'

export const retryWithNewId: Mutant = {
  name: 'retry-with-new-id',
  breaks: 'a message that is sent again carries another id',
  caughtBy: ['stored-once'],
  experiment: 'slow-network',
  client: (parts) => ({
    ...parts,
    attemptId: (row) => (row.attempts > 1 ? v7() : parts.attemptId(row)),
    // Else the replay after the reconnect settles the message before it is sent again.
    settles: () => false,
  }),
}
