/** The key that tells a resend is saved after the message: a node that dies in between has stored what nobody knows as sent. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Mutant } from './mutant.ts'

/** Widens the race, so that a kill falls into it. */
const saveDelayMs = 400

export const dedupeKeySavedAfterMessage: Mutant = {
  name: 'dedupe-key-saved-after-message',
  breaks: 'a message whose node dies right after the commit is stored again',
  caughtBy: ['stored-once'],
  experiment: 'node-kill',
  node(parts) {
    const saved = new Set<string>()
    return {
      ...parts,
      indexes: { ...parts.indexes, actorOperation: () => Promise.resolve() },
      log: {
        ...parts.log,
        async insertBatch(entries) {
          const outcome = await parts.log.insertBatch(entries)
          await delay(saveDelayMs)
          for (const { operationId } of entries) saved.add(operationId)
          return outcome
        },
        findOperation: (actorId, operationId) => (saved.has(operationId) ? parts.log.findOperation(actorId, operationId) : Promise.resolve(null)),
      },
      fanout: {
        ...parts.fanout,
        onEntry: (listener) =>
          parts.fanout.onEntry((entry) => {
            saved.add(entry.operationId)
            listener(entry)
          }),
      },
    }
  },
  // Else the replay after the reconnect settles the message before it is sent again.
  client: (parts) => ({ ...parts, settles: () => false }),
}
