/** Which connections a node takes, and what begins and ends with each. */
import { ConnectRefused, authenticate, closeOlder, connectionsBeside, latestBy } from './auth.ts'
import { bindHandlers } from './handlers.ts'
import { protocolVersion } from '../protocol.ts'
import { refusal } from './refusal.ts'
import type { Refusal } from '../protocol.ts'
import type { NodeContext } from './context.ts'
import type { DeviceConnections } from './device-connections.ts'
import type { Foundation } from './foundation.ts'
import type { ChatSocket } from './socket-types.ts'
import type { StoreWatch } from './store-watch.ts'

export interface AdmissionParts {
  foundation: Foundation
  context: NodeContext
  watch: StoreWatch
  connections: DeviceConnections
}

export function acceptSockets(parts: AdmissionParts): void {
  const { foundation, context } = parts
  const { io } = foundation
  io.use((socket, next) => {
    const closed = whyClosed(parts)
    if (closed !== null) return next(new ConnectRefused(closed))
    authenticate(socket.handshake, foundation.configuration.secret).then(
      (answer) => {
        if (!answer.ok) return next(new ConnectRefused(answer))
        const limited = context.limits.connection(connectionsBeside(io, answer.session))
        if (limited !== null) return next(new ConnectRefused(limited))
        Object.assign(socket.data, answer.session)
        next()
      },
      (error: unknown) => {
        context.onError(error, 'authentication')
        next(new ConnectRefused(refusal('internal', 'authentication failed')))
      },
    )
  })
  io.on('connection', (socket) => begin(parts, socket))
  io.on('connected', (connection) => closeOlder(io, latestBy(connection)))
}

/** Why it takes no connection now, or null. */
function whyClosed({ context, watch }: AdmissionParts): Refusal | null {
  if (context.isDraining()) return refusal('draining', 'this node is closing')
  if (!watch.hasIndexes || !context.lease.isHeld()) return refusal('unavailable', 'this node is not ready yet', 200)
  return null
}

function begin({ foundation, context, connections }: AdmissionParts, socket: ChatSocket): void {
  const { io, bootId, configuration } = foundation
  const { user, device, connectionNumber, room } = socket.data
  const connection = { user, device, connectionNumber, room }
  socket.emit('hello', { node: configuration.name, bootId, protocol: protocolVersion })
  bindHandlers(context, socket)
  context.expiry.watch(socket)
  context.presence.connected(socket.id, user, device)
  socket.on('disconnect', () => {
    context.presence.disconnected(socket.id)
    connections.closed(connection)
  })
  closeOlder(io, latestBy(connection))
  connections.opened(connection)
  io.serverSideEmit('connected', connection)
}
