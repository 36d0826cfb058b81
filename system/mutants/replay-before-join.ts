/** The replay's head is taken before the socket is in the room: what is committed in between goes to nobody. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Mutant } from './mutant.ts'

/** Widens the gap. */
const joinDelayMs = 400

export const replayBeforeJoin: Mutant = {
  name: 'replay-before-join',
  breaks: 'a socket joins its rooms only after the replay was cut, and nothing brings what fell into the gap',
  caughtBy: ['delivered-to-all'],
  experiment: 'node-kill',
  node: (parts) => ({
    ...parts,
    entrance: { enter: (socket, room) => void delay(joinDelayMs).then(() => parts.entrance.enter(socket, room)) },
    heartbeat: { tell() {} },
    ranges: { read: () => Promise.resolve([]) },
  }),
}
