/** A resend is told from its operation, but the answer is not the one that its first attempt had. */
import type { Mutant } from './mutant.ts'

export const duplicateAckedWithoutOriginalSeq: Mutant = {
  name: 'duplicate-acked-without-original-seq',
  breaks: 'the ack of a resend names another seq than the one that the message has',
  caughtBy: ['acked-is-stored', 'stored-once'],
  experiment: 'slow-network',
  node: (parts) => ({
    ...parts,
    log: {
      ...parts.log,
      async findOperation(actorId, operationId) {
        const found = await parts.log.findOperation(actorId, operationId)
        return found === null ? null : { ...found, seq: Math.max(1, found.seq - 1) }
      },
    },
  }),
  // Else the replay after the reconnect settles the message before it is sent again.
  client: (parts) => ({ ...parts, settles: () => false }),
}
