import type { Server, Socket } from 'socket.io'
import type { ClientToServer, ServerToClient, WireEntry } from '../protocol.ts'

export interface SessionData {
  user: string
  device: string
  connectionNumber: number
  expiresAtMs: number
}
/** Events between nodes, through the adapter. */
export interface NodeToNode {
  entry: (entry: WireEntry) => void
  connected: (session: { user: string; device: string; connectionNumber: number }) => void
}
export type ChatServer = Server<ClientToServer, ServerToClient, NodeToNode, SessionData>
export type ChatSocket = Socket<ClientToServer, ServerToClient, NodeToNode, SessionData>

/** Name of a room among Socket.IO's own rooms, where socket ids live too. */
export const channelOf = (roomId: string) => `room:${roomId}`
