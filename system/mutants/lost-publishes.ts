/** What several mutants lose: every so many commits are not told to the other nodes, and what would repair that (heartbeats, answers to range requests) is off. */
import type { NodeParts } from '../node/parts.ts'

const every = 7

export function losePublishes(parts: NodeParts): NodeParts {
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
}
