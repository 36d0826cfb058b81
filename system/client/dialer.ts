/** Connects a socket, now or later, bound to a node by the balancer's cookie where the route has one. */
import type { Alarms } from './alarms.ts'
import type { ChatSocket } from './parts.ts'
import { stickyCookieOf } from './route.ts'
import type { Route } from './route.ts'
import { backoffMs } from './settings.ts'
import type { ClientSettings } from './settings.ts'

export interface DialerOptions {
  url: string
  route: Pick<Route, 'stickyCookie'>
  settings: ClientSettings
  alarms: Alarms
  random: () => number
}

export interface Dialer {
  /** Connects now; from here on until `stop` it may connect again. */
  start(): void
  /** Nothing connects until `start`. */
  stop(): void
  /** Connects after a pause that grows with each one since the last success. */
  again(): void
  succeeded(): void
}

export function createDialer({ url, route: { stickyCookie }, settings, alarms, random }: DialerOptions, socket: ChatSocket): Dialer {
  let stopped = false
  let failures = 0
  let cookie: string | null = null
  let cancel = (): void => {}

  async function connect(): Promise<void> {
    if (stickyCookie !== null) {
      cookie = await stickyCookieOf(url, stickyCookie, cookie, settings.helloMs)
      // In small letters: under another name the upgrade to a websocket would go out without it.
      if (cookie !== null) socket.io.opts.extraHeaders = { cookie }
    }
    if (!stopped) socket.connect()
  }

  return {
    start() {
      stopped = false
      void connect()
    },
    stop() {
      stopped = true
      cancel()
    },
    again() {
      failures += 1
      const pauseMs = settings.reconnectFirstMs + Math.min(backoffMs(failures, settings, random), settings.reconnectLimitMs - settings.reconnectFirstMs)
      cancel()
      if (!stopped) cancel = alarms.after(pauseMs, () => void connect())
    },
    succeeded() {
      failures = 0
    },
  }
}
