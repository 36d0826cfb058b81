import type { Server, Socket } from 'socket.io'
import type { ClientToServer, ServerToClient, WireEntry } from '../protocol.ts'

export interface SessionData {
  user: string
  device: string
  connectionNumber: number
  expiresAtMs: number
  /** The one room that it is for, where the balancer goes by the room; null: for all of the user's. */
  room: string | null
}
/** Events between nodes, through the adapter. */
export interface NodeToNode {
  /** In the order of their commits on the node that tells of them. */
  entries: (entries: WireEntry[]) => void
  connected: (connection: Omit<SessionData, 'expiresAtMs'>) => void
}
export type ChatServer = Server<ClientToServer, ServerToClient, NodeToNode, SessionData>
export type ChatSocket = Socket<ClientToServer, ServerToClient, NodeToNode, SessionData>

/** Name of a room among Socket.IO's own rooms, where socket ids live too. */
export const channelOf = (roomId: string) => `room:${roomId}`
