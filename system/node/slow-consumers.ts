/** Closes sockets whose unsent packets pile up: their clients resync, and the node keeps its memory. */
import type { ChatServer } from './socket-types.ts'

const packetLimit = 10_000

export function slowConsumerRound(io: ChatServer): () => Promise<void> {
  return () => {
    for (const socket of io.of('/').sockets.values()) {
      // `closing` would only queue up behind the rest: the socket goes without it.
      if (lengthOf(Reflect.get(socket.conn, 'writeBuffer')) > packetLimit) socket.conn.close(true)
    }
    return Promise.resolve()
  }
}

function lengthOf(buffer: unknown): number {
  return Array.isArray(buffer) ? buffer.length : 0
}
