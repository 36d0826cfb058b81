/** The seams of the client. A mutant decorates them; nothing else replaces them. */
import type { Socket } from 'socket.io-client'
import type { ServerToClient } from '../protocol.ts'

/** What a client emits, as the transport sees it: an event with one payload and an ack. */
interface Requests {
  [event: string]: (payload: object, ack: (answer: unknown) => void) => void
}
export type ChatSocket = Socket<ServerToClient, Requests>

export interface ClientParts {
  /** Resolves to the ack; rejects when none came within `timeoutMs` or the socket disconnected. */
  emitWithAck(socket: ChatSocket, event: string, payload: object, timeoutMs: number): Promise<unknown>
}

export const clientParts: ClientParts = {
  emitWithAck: (socket, event, payload, timeoutMs) => socket.timeout(timeoutMs).emitWithAck(event, payload),
}
