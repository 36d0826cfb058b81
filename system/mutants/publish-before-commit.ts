/** Tells the other nodes of an entry before it has its place: when one of them wins the seq meanwhile, they were told of an entry that is stored elsewhere. */
import { setTimeout as delay } from 'node:timers/promises'
import { wireOf } from '../node/entries.ts'
import type { Mutant } from './mutant.ts'

/** One message in so many: more of them, and the nodes disagree so much that nobody can join any more. */
const every = 8
/** Widens the race, so that two nodes want the same seq. */
const commitDelayMs = 60

export const publishBeforeCommit: Mutant = {
  name: 'publish-before-commit',
  breaks: 'a message is published before it is stored',
  caughtBy: ['delivered-to-all', 'sequence', 'applied-once'],
  experiment: 'steady',
  node(parts) {
    let messages = 0
    return {
      ...parts,
      log: {
        ...parts.log,
        async insertBatch(entries) {
          const [entry] = entries
          if (entries.length === 1 && entry?.kind === 'message' && ++messages % every === 0) {
            parts.fanout.publish(wireOf(entry))
            await delay(commitDelayMs)
          }
          return parts.log.insertBatch(entries)
        },
      },
    }
  },
}
