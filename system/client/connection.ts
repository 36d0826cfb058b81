/** One Socket.IO connection after the other to the same address. Nothing is ever emitted while not connected, so Socket.IO's own buffer stays empty. */
import { io } from 'socket.io-client'
import type { ClientToServer, Handshake, ServerToClient } from '../protocol.ts'
import type { Alarms } from './alarms.ts'
import { connectProblem } from './connect-problem.ts'
import type { Observer } from './observer.ts'
import type { ChatSocket, ClientParts } from './parts.ts'
import { stickyCookieOf } from './route.ts'
import type { Route } from './route.ts'
import { backoffMs } from './settings.ts'
import type { ClientSettings } from './settings.ts'

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
  const { observer, parts, settings, alarms, random, route, room } = options
  const { stickyCookie } = route
  let session = 0
  let greeted = false
  let stopped = false
  let elsewhere = false
  let leaving: string | null = null
  let problem: string | null = null
  let failures = 0
  let handshakes = 0
  let cancelHello = (): void => {}
  let cancelReopen = (): void => {}
  let cookie: string | null = null

  const socket: ChatSocket = io(options.url, {
    autoConnect: false,
    forceNew: true,
    transports: [...route.transports],
    ...(room === null ? {} : { query: { room } }),
    withCredentials: stickyCookie !== null,
    // With a cookie to ask for first, each connect is begun here.
    reconnection: stickyCookie === null,
    retries: 0,
    timeout: settings.helloMs,
    reconnectionDelay: settings.reconnectFirstMs,
    reconnectionDelayMax: settings.reconnectLimitMs,
    randomizationFactor: 0.5,
    auth: (send) => void authenticate(send),
  })

  async function authenticate(send: (handshake: object) => void): Promise<void> {
    const number = ++handshakes
    try {
      const handshake = await options.handshake()
      // Subtle: the transport may have closed and opened again meanwhile; then a later handshake is under way for it.
      if (number === handshakes) send(handshake)
    } catch (error) {
      if (number === handshakes) restart(`no token: ${String(error)}`)
    }
  }

  async function connect(): Promise<void> {
    if (stickyCookie !== null) {
      cookie = await stickyCookieOf(options.url, stickyCookie, cookie, settings.helloMs)
      // In small letters: under another name the upgrade to a websocket would go out without it.
      if (cookie !== null) socket.io.opts.extraHeaders = { cookie }
    }
    if (!stopped) socket.connect()
  }
  function reopenLater(afterMs: number): void {
    cancelReopen()
    if (!stopped) cancelReopen = alarms.after(afterMs, () => void connect())
  }
  function jitteredMs(): number {
    failures += 1
    return settings.reconnectFirstMs + Math.min(backoffMs(failures, settings, random), settings.reconnectLimitMs - settings.reconnectFirstMs)
  }
  function restart(reason: string): void {
    problem = reason
    leaving ??= reason
    handshakes += 1
    socket.disconnect()
    leaving = null
    reopenLater(jitteredMs())
  }
  function end(reason: string): void {
    session += 1
    cancelHello()
    problem = leaving ?? reason
    if (!greeted) return
    greeted = false
    observer.disconnected(problem, room)
    options.lost()
  }

  socket.on('connect', () => {
    cancelHello()
    cancelHello = alarms.after(settings.helloMs, () => restart('no hello'))
  })
  socket.on('hello', (hello) => {
    cancelHello()
    if (greeted) return
    session += 1
    greeted = true
    failures = 0
    problem = null
    observer.connected(hello.node, hello.bootId, room)
    options.greeted()
  })
  socket.on('disconnect', (reason, failure) => {
    end(connectProblem(reason, failure instanceof Error ? failure : undefined))
    leaving = null
    // Socket.IO comes back by itself after a broken transport, but neither after the server's nor after our own disconnect.
    if (reason === 'io server disconnect' || (stickyCookie !== null && reason !== 'io client disconnect')) reopenLater(jitteredMs())
  })
  socket.on('connect_error', (error) => {
    problem = connectProblem(error.message, error)
    if (!socket.active || stickyCookie !== null) reopenLater(jitteredMs())
  })
  socket.on('closing', ({ code }) => {
    leaving = code
    // A newer connection of this device took over: to come back would only fight with it.
    if (code === 'connected_elsewhere') stopped = elsewhere = true
  })
  socket.on('reconnect', ({ afterMs }) => {
    const asked = session
    alarms.after(afterMs, () => {
      if (session === asked) restart('node asked to reconnect')
    })
  })

  return {
    open() {
      stopped = elsewhere = false
      leaving = null
      void connect()
    },
    restart,
    close(reason) {
      stopped = true
      cancelReopen()
      handshakes += 1
      problem = reason
      leaving ??= reason
      socket.disconnect()
      leaving = null
    },
    elsewhere: () => elsewhere,
    greeted: () => greeted,
    session: () => session,
    async request(event, payload) {
      if (!socket.connected) throw new Error('not connected')
      return (await parts.emitWithAck(socket, event, payload, settings.ackMs)) as Answer<typeof event>
    },
    on: (event, listener) => parts.listen(socket, event, listener),
    pending: () => (greeted ? null : `not connected${problem === null ? '' : ` (${problem})`}`),
  }
}
