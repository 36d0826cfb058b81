/** The next message of a room doesn't wait for the one before. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Mutant } from './mutant.ts'

/** Widens the race: every second message is stored after the one that follows it. */
const commitDelayMs = 1500

export const twoSendsInFlight: Mutant = {
  name: 'two-sends-in-flight',
  breaks: 'a client sends its next message before the one before is acked',
  caughtBy: ['sender-order'],
  experiment: 'steady',
  node: (parts) => ({
    ...parts,
    writePath: {
      async append(room, intent) {
        if (intent.kind === 'message' && (intent.message?.clientSeq ?? 0) % 2 === 1) await delay(commitDelayMs)
        return parts.writePath.append(room, intent)
      },
    },
  }),
  client: (parts) => ({ ...parts, sendsAtOnce: 2 }),
}
