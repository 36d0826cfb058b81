/** Who is typing in a room is told to every socket of the node, whatever rooms it is in. */
import type { ChatSocket } from '../node/socket-types.ts'
import type { Mutant } from './mutant.ts'

export const typingToEveryone: Mutant = {
  name: 'typing-to-everyone',
  breaks: 'who types is shown to people outside the room',
  caughtBy: ['access'],
  experiment: 'steady',
  node(parts) {
    const sockets = new Set<ChatSocket>()
    return {
      ...parts,
      entrance: {
        enter(socket, room) {
          sockets.add(socket)
          parts.entrance.enter(socket, room)
        },
      },
      teller: {
        ...parts.teller,
        crowd(kind, room, users, socketId) {
          if (kind !== 'typing') return parts.teller.crowd(kind, room, users, socketId)
          for (const socket of sockets) socket.emit('typing', { room, users })
        },
      },
    }
  },
}
