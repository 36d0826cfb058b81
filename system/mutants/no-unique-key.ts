/** No unique index on the operation and no look for an earlier attempt: a send that is tried again is stored again. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Mutant } from './mutant.ts'

/** Some first attempts are stored only after the client has given up on them (3 s) and sent them again. */
const every = 20
const commitDelayMs = 4000

export const noUniqueKey: Mutant = {
  name: 'no-unique-key',
  breaks: 'a message that is sent again is stored twice',
  caughtBy: ['stored-once'],
  experiment: 'steady',
  node(parts) {
    let firstAttempts = 0
    return {
      ...parts,
      indexes: { ...parts.indexes, actorOperation: () => Promise.resolve() },
      log: { ...parts.log, findOperation: () => Promise.resolve(null) },
      writePath: {
        async append(room, intent) {
          if (intent.kind === 'message' && intent.attempt === 1) {
            firstAttempts += 1
            if (firstAttempts % every === 0) await delay(commitDelayMs)
          }
          return parts.writePath.append(room, intent)
        },
      },
    }
  },
}
