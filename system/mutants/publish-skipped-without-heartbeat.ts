/** Every seventh commit is not told to the other nodes, and what would repair that (heartbeats, answers to range requests) is off. */
import { losePublishes } from './lost-publishes.ts'
import type { Mutant } from './mutant.ts'

export const publishSkippedWithoutHeartbeat: Mutant = {
  name: 'publish-skipped-without-heartbeat',
  breaks: 'a committed message is not published, and nothing repairs it',
  caughtBy: ['delivered-to-all'],
  experiment: 'steady',
  node: losePublishes,
}
