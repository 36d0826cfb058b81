/** Who has sent what is remembered for 2 s; a client gives up on an ack after 3 s and sends again. */
import type { Mutant } from './mutant.ts'

const rememberedMs = 2000

export const dedupeBy2sCache: Mutant = {
  name: 'dedupe-by-2s-cache',
  breaks: 'a message that is sent again after 2 s is stored twice',
  caughtBy: ['stored-once'],
  experiment: 'slow-network',
  node: (parts) => ({
    ...parts,
    indexes: { ...parts.indexes, actorOperation: () => Promise.resolve() },
    log: {
      ...parts.log,
      async findOperation(actorId, operationId) {
        const found = await parts.log.findOperation(actorId, operationId)
        return found !== null && Date.now() - found.at < rememberedMs ? found : null
      },
    },
  }),
  // Else the replay after the reconnect settles the message before it is sent again.
  client: (parts) => ({ ...parts, settles: () => false }),
}
