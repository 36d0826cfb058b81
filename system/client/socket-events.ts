/** What a socket tells of its connection: greeted, ended, refused, or asked by the node to go. */
import type { Alarms } from './alarms.ts'
import { connectProblem } from './connect-problem.ts'
import type { Dialer } from './dialer.ts'
import type { Observer } from './observer.ts'
import type { ChatSocket } from './parts.ts'
import type { Route } from './route.ts'
import type { ClientSettings } from './settings.ts'
import type { Standing } from './standing.ts'

export interface SocketEventsOptions {
  socket: ChatSocket
  standing: Standing
  dialer: Dialer
  route: Pick<Route, 'stickyCookie'>
  room: string | null
  observer: Pick<Observer, 'connected' | 'disconnected'>
  settings: Pick<ClientSettings, 'helloMs'>
  alarms: Alarms
  restart: (reason: string) => void
  /** A newer connection of this device took over. */
  takenOver: () => void
  /** After the node's first event. */
  greeted: () => void
  lost: () => void
}

export function bindSocketEvents({ socket, standing, dialer, room, observer, alarms, restart, ...options }: SocketEventsOptions): void {
  const socketReconnects = options.route.stickyCookie === null
  const { helloMs } = options.settings
  let cancelHello = (): void => {}

  socket.on('connect', () => {
    cancelHello()
    cancelHello = alarms.after(helloMs, () => restart('no hello'))
  })
  socket.on('hello', (hello) => {
    cancelHello()
    if (!standing.greet()) return
    dialer.succeeded()
    observer.connected(hello.node, hello.bootId, room)
    options.greeted()
  })
  socket.on('disconnect', (reason, failure) => {
    cancelHello()
    const told = standing.end(connectProblem(reason, failure instanceof Error ? failure : undefined))
    if (told !== null) {
      observer.disconnected(told, room)
      options.lost()
    }
    // Socket.IO comes back by itself after a broken transport, but neither after the server's nor after our own disconnect.
    if (reason === 'io server disconnect' || (!socketReconnects && reason !== 'io client disconnect')) dialer.again()
  })
  socket.on('connect_error', (error) => {
    standing.failed(connectProblem(error.message, error))
    if (!socket.active || !socketReconnects) dialer.again()
  })
  socket.on('closing', ({ code }) => {
    standing.closing(code)
    // To come back would only fight with the newer one.
    if (code === 'connected_elsewhere') options.takenOver()
  })
  socket.on('reconnect', ({ afterMs }) => {
    const asked = standing.session()
    alarms.after(afterMs, () => {
      if (standing.session() === asked) restart('node asked to reconnect')
    })
  })
}
