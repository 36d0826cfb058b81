/** The sockets of one client, to stop and resume their reading: what a slow or frozen device does to its node. */
import type { ChatSocket, ClientParts } from '../../system/client/parts.ts'

/** What `ws` gives. */
interface Pausable {
  pause(): void
  resume(): void
}

export interface Connections {
  /** Parts that know each socket by its first request: the client makes one a connection and keeps it over reconnects. */
  follow(parts: ClientParts): ClientParts
  /** Until disposed. A connection made meanwhile reads. */
  stopReading(): Disposable
}

export function followConnections(): Connections {
  const sockets = new Set<ChatSocket>()
  return {
    follow: (parts) => ({
      ...parts,
      emitWithAck(socket, event, payload, timeoutMs) {
        sockets.add(socket)
        return parts.emitWithAck(socket, event, payload, timeoutMs)
      },
    }),
    stopReading() {
      const stopped = [...sockets]
        .filter((socket) => socket.connected)
        .map(wireOf)
        .filter((wire) => wire !== null)
      for (const wire of stopped) wire.pause()
      return {
        [Symbol.dispose]() {
          for (const wire of stopped) wire.resume()
        },
      }
    },
  }
}

/** Null for polling: there is nothing to be read between two requests. */
function wireOf(socket: ChatSocket): Pausable | null {
  const wire: unknown = Reflect.get(socket.io.engine.transport, 'ws')
  return isPausable(wire) ? wire : null
}
function isPausable(wire: unknown): wire is Pausable {
  return typeof wire === 'object' && wire !== null && 'pause' in wire && 'resume' in wire
}
