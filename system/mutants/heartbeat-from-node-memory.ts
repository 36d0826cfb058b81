/** A heartbeat tells the head that the node knows, not the stored one: what no publish told it stays unknown in a room that has fallen silent. */
import type { Mutant } from './mutant.ts'

export const heartbeatFromNodeMemory: Mutant = {
  name: 'heartbeat-from-node-memory',
  breaks: 'a lost publish is never repaired in a silent room',
  caughtBy: ['delivered-to-all'],
  experiment: 'redis-drop',
  node: (parts) => ({ ...parts, log: { ...parts.log, readHeads: () => Promise.resolve(new Map()) } }),
}
