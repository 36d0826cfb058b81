/** One Socket.IO connection after the other to the same address. Nothing is ever emitted while not connected, so Socket.IO's own buffer stays empty. */
import { io } from 'socket.io-client'
import type { ClientToServer, Handshake, ServerToClient } from '../protocol.ts'
import type { Alarms } from './alarms.ts'
import { createDialer } from './dialer.ts'
import { createHandshakes } from './handshakes.ts'
import type { Observer } from './observer.ts'
import type { ChatSocket, ClientParts } from './parts.ts'
import type { Route } from './route.ts'
import type { ClientSettings } from './settings.ts'
import { bindSocketEvents } from './socket-events.ts'
import { createStanding } from './standing.ts'

export type Payload<E extends keyof ClientToServer> = Parameters<ClientToServer[E]>[0]
export type Answer<E extends keyof ClientToServer> = Parameters<Parameters<ClientToServer[E]>[1]>[0]

export interface ConnectionOptions {
  url: string
  route: Route
  /** The one room that it is for; null: all of the user's. */
  room: string | null
  /** The handshake of the next connect: a fresh token and the next connection number. */
  handshake: () => Promise<Handshake>
  observer: Pick<Observer, 'connected' | 'disconnected'>
  parts: ClientParts
  settings: ClientSettings
  alarms: Alarms
  random: () => number
  /** After the node's first event. */
  greeted: () => void
  lost: () => void
}

export interface Connection {
  open(): void
  /** Drops the connection, if there is one, and connects again. */
  restart(reason: string): void
  /** Ends the connection; `open` begins anew. */
  close(reason: string): void
  /** A newer connection of this device has taken over, and this one stays away until `open`. */
  elsewhere(): boolean
  greeted(): boolean
  /** Changes with each connect and disconnect: a continuation that finds another number belongs to the past. */
  session(): number
  /** Rejects when there is no answer in time, at a disconnect, and at once when not connected. */
  request<E extends keyof ClientToServer>(event: E, payload: Payload<E>): Promise<Answer<E>>
  on<E extends keyof ServerToClient>(event: E, listener: ServerToClient[E]): void
  /** Why there is no connection, or null. */
  pending(): string | null
}

export function createConnection(options: ConnectionOptions): Connection {
  const { parts, settings } = options
  const standing = createStanding()
  const handshakes = createHandshakes(options.handshake, restart)
  const socket = socketOf(options, (send) => void handshakes.answer(send))
  const dialer = createDialer(options, socket)
  let elsewhere = false

  function leave(reason: string): void {
    handshakes.drop()
    standing.leave(reason, () => socket.disconnect())
  }
  function restart(reason: string): void {
    leave(reason)
    dialer.again()
  }
  function takenOver(): void {
    elsewhere = true
    dialer.stop()
  }
  bindSocketEvents({ ...options, socket, standing, dialer, restart, takenOver })

  return {
    open() {
      elsewhere = false
      standing.opening()
      dialer.start()
    },
    restart,
    close(reason) {
      dialer.stop()
      leave(reason)
    },
    elsewhere: () => elsewhere,
    greeted: () => standing.greeted(),
    session: () => standing.session(),
    async request(event, payload) {
      if (!socket.connected) throw new Error('not connected')
      return (await parts.emitWithAck(socket, event, payload, settings.ackMs)) as Answer<typeof event>
    },
    on: (event, listener) => parts.listen(socket, event, listener),
    pending: () => standing.pending(),
  }
}

function socketOf({ url, route, room, settings }: ConnectionOptions, auth: (send: (handshake: object) => void) => void): ChatSocket {
  return io(url, {
    autoConnect: false,
    forceNew: true,
    transports: [...route.transports],
    ...(room === null ? {} : { query: { room } }),
    withCredentials: route.stickyCookie !== null,
    // With a cookie to ask for first, each connect is begun here.
    reconnection: route.stickyCookie === null,
    retries: 0,
    timeout: settings.helloMs,
    reconnectionDelay: settings.reconnectFirstMs,
    reconnectionDelayMax: settings.reconnectLimitMs,
    randomizationFactor: 0.5,
    auth,
  })
}
