/** Socket.IO never calls the callback of a plain emit after a disconnect: whoever waits for it waits for ever. */
import type { Mutant } from './mutant.ts'

export const plainAckWithoutTimeout: Mutant = {
  name: 'plain-ack-without-timeout',
  breaks: 'messages are sent with a plain callback instead of an ack deadline, so a send that is in flight at a disconnect never ends',
  caughtBy: ['no-stuck-status'],
  experiment: 'node-kill',
  client: (parts) => ({
    ...parts,
    emitWithAck: (socket, event, payload, timeoutMs) =>
      event === 'message:send' ? new Promise((resolve) => socket.emit(event, payload, resolve)) : parts.emitWithAck(socket, event, payload, timeoutMs),
  }),
}
