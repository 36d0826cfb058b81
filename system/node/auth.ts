/** Who may connect, and which of a device's connections stays. */
import { handshake } from '../protocol.ts'
import { systemActor } from './entries.ts'
import { invalidPayload, refusal } from './refusal.ts'
import { verifyToken } from './tokens.ts'
import type { ProtocolError, Refusal } from '../protocol.ts'
import type { ChatServer, ChatSocket, SessionData } from './socket-types.ts'

/** Reaches the client as `connect_error`: `message` is the code, `data` the whole error. */
export class ConnectRefused extends Error {
  readonly data: ProtocolError
  constructor(refused: Refusal) {
    super(refused.error.code)
    this.data = refused.error
  }
}

export async function authenticate(auth: unknown, secret: string): Promise<{ ok: true; session: SessionData } | Refusal> {
  const parsed = handshake.safeParse(auth)
  if (!parsed.success) return invalidPayload(parsed.error)
  const answer = await verifyToken(secret, parsed.data.token)
  if (!answer.ok) return refusal(answer.code, answer.code === 'token_expired' ? 'the token has expired' : 'the token is not valid')
  const { user, device, expiresAtMs } = answer.identity
  if (device !== parsed.data.deviceId) return refusal('forbidden', 'the token is for another device')
  if (user === systemActor) return refusal('forbidden', 'that name is for the system itself')
  return { ok: true, session: { user, device, expiresAtMs, connectionNumber: parsed.data.connectionNumber } }
}

/** Closes this node's sockets of the same device with a lower number. */
export function closeElsewhere(io: ChatServer, latest: Omit<SessionData, 'expiresAtMs'>): void {
  for (const socket of io.of('/').sockets.values()) {
    const { user, device, connectionNumber } = socket.data
    if (user === latest.user && device === latest.device && connectionNumber < latest.connectionNumber) closeFor(socket, 'connected_elsewhere')
  }
}

/** This node's connections of the user that stay when the one asking comes: all but its device's older ones. */
export function connectionsBeside(io: ChatServer, latest: Omit<SessionData, 'expiresAtMs'>): number {
  const stays = ({ user, device, connectionNumber }: SessionData) =>
    user === latest.user && (device !== latest.device || connectionNumber >= latest.connectionNumber)
  return [...io.of('/').sockets.values()].filter((socket) => stays(socket.data)).length
}

export function closeFor(socket: ChatSocket, code: 'connected_elsewhere' | 'token_expired'): void {
  socket.emit('closing', { code })
  socket.disconnect(true)
}
