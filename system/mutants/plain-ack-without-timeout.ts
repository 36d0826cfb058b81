/** Socket.IO never calls the callback of a plain emit after a disconnect: whoever waits for it waits for ever. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Mutant } from './mutant.ts'

/** Widens the race: a kill then finds sends in flight that aren't committed, so that no live or replayed entry settles them. */
const commitDelayMs = 300

export const plainAckWithoutTimeout: Mutant = {
  name: 'plain-ack-without-timeout',
  breaks: 'messages are sent with a plain callback instead of an ack deadline, so a send that is in flight at a disconnect never ends',
  caughtBy: ['no-stuck-status'],
  experiment: 'node-kill',
  node: (parts) => ({
    ...parts,
    writePath: {
      async append(room, intent) {
        if (intent.kind === 'message') await delay(commitDelayMs)
        return parts.writePath.append(room, intent)
      },
    },
  }),
  client: (parts) => ({
    ...parts,
    emitWithAck: (socket, event, payload, timeoutMs) =>
      event === 'message:send' ? new Promise((resolve) => socket.emit(event, payload, resolve)) : parts.emitWithAck(socket, event, payload, timeoutMs),
  }),
}
