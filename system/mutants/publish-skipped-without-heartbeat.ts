/** Every seventh commit is not told to the other nodes, and what would repair that (heartbeats, answers to range requests) is off. */
import type { Mutant } from './mutant.ts'

const every = 7

export const publishSkippedWithoutHeartbeat: Mutant = {
  name: 'publish-skipped-without-heartbeat',
  breaks: 'a committed message is not published, and nothing repairs it',
  caughtBy: ['delivered-to-all'],
  experiment: 'steady',
  node(parts) {
    let published = 0
    return {
      ...parts,
      fanout: {
        ...parts.fanout,
        publish(entry) {
          published += 1
          if (published % every !== 0) parts.fanout.publish(entry)
        },
      },
      heartbeat: { tell() {} },
      ranges: { read: () => Promise.resolve([]) },
    }
  },
}
