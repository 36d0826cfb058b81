/** Who may connect, and which of a device's connections stays. */
import { handshake, roomId } from '../protocol.ts'
import { systemActor } from './entries.ts'
import { invalidPayload, refusal } from './refusal.ts'
import { verifyToken } from './tokens.ts'
import type { ProtocolError, Refusal } from '../protocol.ts'
import type { LatestConnections } from './device-connections.ts'
import type { ChatServer, ChatSocket, SessionData } from './socket-types.ts'

/** One of a device's connections, which takes the place of those with a lower number. */
export type DeviceConnection = Omit<SessionData, 'expiresAtMs'>

/** Reaches the client as `connect_error`: `message` is the code, `data` the whole error. */
export class ConnectRefused extends Error {
  readonly data: ProtocolError
  constructor(refused: Refusal) {
    super(refused.error.code)
    this.data = refused.error
  }
}

/** `query`: where the balancer goes by the room, the connection names it there. */
export async function authenticate(
  { auth, query }: { auth: unknown; query: { room?: unknown } },
  secret: string,
): Promise<{ ok: true; session: SessionData } | Refusal> {
  const parsed = handshake.safeParse(auth)
  if (!parsed.success) return invalidPayload(parsed.error)
  const named = roomId.nullable().safeParse(query.room ?? null)
  if (!named.success) return invalidPayload(named.error)
  const answer = await verifyToken(secret, parsed.data.token)
  if (!answer.ok) return refusal(answer.code, answer.code === 'token_expired' ? 'the token has expired' : 'the token is not valid')
  const { user, device, expiresAtMs } = answer.identity
  if (device !== parsed.data.deviceId) return refusal('forbidden', 'the token is for another device')
  if (user === systemActor) return refusal('forbidden', 'that name is for the system itself')
  return { ok: true, session: { user, device, expiresAtMs, connectionNumber: parsed.data.connectionNumber, room: named.data } }
}

/** A device has one connection, or one for each room where connections are bound to rooms. */
export const connectionKey = ({ user, device, room }: Omit<DeviceConnection, 'connectionNumber'>) => JSON.stringify([user, device, room])

/** Closes this node's sockets that connected before one of their device with a higher number. */
export function closeOlder(io: ChatServer, latest: LatestConnections): void {
  for (const socket of io.of('/').sockets.values()) {
    const newer = latest.get(connectionKey(socket.data))
    if (newer !== undefined && socket.data.connectionNumber < newer.connectionNumber && socket.handshake.issued <= newer.atMs)
      closeFor(socket, 'connected_elsewhere')
  }
}

/** That this connection is open now. */
export const latestBy = (connection: DeviceConnection): LatestConnections =>
  new Map([[connectionKey(connection), { connectionNumber: connection.connectionNumber, atMs: Infinity }]])

/** This node's connections of the user that stay when the one asking comes: all but those that it replaces. Those of one device to several rooms are one. */
export function connectionsBeside(io: ChatServer, latest: DeviceConnection): number {
  const stays = ({ data }: ChatSocket) =>
    data.user === latest.user && (connectionKey(data) !== connectionKey(latest) || data.connectionNumber >= latest.connectionNumber)
  return new Set([...io.of('/').sockets.values()].filter(stays).map(({ id, data }) => (data.room === null ? id : `device ${data.device}`))).size
}

export function closeFor(socket: ChatSocket, code: 'connected_elsewhere' | 'token_expired'): void {
  socket.emit('closing', { code })
  socket.disconnect(true)
}
