/**
 * Who is there. Connect, send and sync only note things here; one round gathers them, writes them to Redis, hears what others wrote, and tells sockets.
 *
 *   connect, idle, focus, typing -> beats --round--> Redis (keys that expire) + news to the other nodes
 *   news, sweep ------------------> watch --round--> `presence`, `typing` and `room:here` to sockets that share a room
 */
import { PresenceBeats } from './presence-beats.ts'
import { PresenceWatch } from './presence-watch.ts'
import type { PresenceView } from '../protocol.ts'
import type { PresenceBeatsOptions } from './presence-beats.ts'
import type { LastSeen } from './last-seen.ts'
import type { PresenceStore } from './presence-store.ts'
import type { PresenceWatchOptions } from './presence-watch.ts'

export interface Presence {
  connected(id: string, user: string, device: string): void
  disconnected(id: string): void
  setIdle(id: string, idle: boolean): void
  focus(id: string, room: string | null): void
  typing(id: string, room: string, on: boolean): void
  /** `unknown` for all without Redis; within two command timeouts. */
  read(users: readonly string[]): Promise<Map<string, PresenceView>>
  round(): Promise<void>
  /** The last round: what left with this node is removed. */
  close(): Promise<void>
}
export interface PresenceOptions extends Omit<PresenceWatchOptions, 'lastSeen'> {
  store: PresenceStore
  lastSeen: LastSeen
  onBeat: PresenceBeatsOptions['onBeat']
  onGone: PresenceBeatsOptions['onGone']
  /** Redis didn't do what presence asked of it. */
  onFailure: () => void
}

export function presenceOf(options: PresenceOptions): Presence {
  const { store, lastSeen, timing, nowMs, onError, onBeat, onGone, onFailure } = options
  const beats = new PresenceBeats({ store, lastSeen, timing, nowMs, onBeat, onGone })
  const watch = new PresenceWatch(options)
  store.onNews((news) => {
    watch.notice(news)
    if (news.beatAgain) beats.beatAgain()
  })
  let wasUp = true
  const write = async (isLast: boolean) => {
    // Before the news, so that who hears "offline" can read since when.
    await lastSeen.flush().catch((error: unknown) => onError(error, 'last seen'))
    await beats.write(isLast)
  }
  const attempt = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work()
      return true
    } catch (error) {
      onFailure()
      // Once an outage: every round of it would say the same.
      if (wasUp) onError(error, 'presence')
      return false
    }
  }
  return {
    connected: (id, user, device) => beats.connected(id, user, device),
    disconnected: (id) => beats.disconnected(id),
    setIdle: (id, idle) => beats.setIdle(id, idle),
    focus: (id, room) => beats.focus(id, room),
    typing: (id, room, on) => beats.typing(id, room, on),
    async read(users) {
      const states = await watch.states(users)
      if (states === null) onFailure()
      return watch.viewsOf(states ?? new Map(users.map((user) => [user, 'unknown'])))
    },
    async round() {
      const wrote = await attempt(() => write(false))
      const read = await attempt(() => watch.round())
      wasUp = wrote && read
    },
    async close() {
      await attempt(() => write(true))
      store.close()
    },
  }
}
