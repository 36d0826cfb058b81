/** Closes sockets whose unsent packets pile up: their clients resync, and the node keeps its memory. */
import type { ChatServer, ChatSocket } from './socket-types.ts'

/** Time for a client to take what is already on its way, and the reason behind it. */
const farewellMs = 1000

export function slowConsumerRound(io: ChatServer, packetLimit: number, onClosing: () => void): () => Promise<void> {
  const closing = new WeakSet<ChatSocket>()
  return () => {
    for (const socket of io.of('/').sockets.values()) {
      const buffer: unknown = Reflect.get(socket.conn, 'writeBuffer')
      if (closing.has(socket) || !Array.isArray(buffer) || buffer.length <= packetLimit) continue
      closing.add(socket)
      onClosing()
      sayFarewell(socket, buffer)
    }
    return Promise.resolve()
  }
}

/** What waits is dropped, for the client gets it with its next sync; else the reason would wait behind it. */
function sayFarewell(socket: ChatSocket, buffer: unknown[]): void {
  buffer.length = 0
  socket.emit('closing', { code: 'slow_consumer' })
  // Out of the rooms, so that nothing more is put behind the reason.
  for (const channel of socket.rooms) if (channel !== socket.id) void socket.leave(channel)
  // Without discarding: it closes once the buffer is empty.
  socket.conn.close()
  const timer = setTimeout(() => socket.conn.close(true), farewellMs)
  socket.on('disconnect', () => clearTimeout(timer))
}
