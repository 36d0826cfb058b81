/** Limits kept in this node's memory, so that none of them waits for Redis; across nodes they are approximate. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { refusal } from './refusal.ts'
import type { Refusal } from '../protocol.ts'

export interface SendLimit {
  take(user: string): Promise<Refusal | null>
}
export interface ByteLimit {
  take(user: string, bytes: number): Promise<Refusal | null>
}
/** So many at once: `enter` gives how to leave, or the refusal. */
export interface Gate {
  enter(): (() => void) | Refusal
}
export interface LimitSettings {
  sendsPerSecond: number
  changesPerSecond: number
  presenceEventsPerSecond: number
  connectionsPerUser: number
  roomsPerUser: number
  pendingSyncs: number
  uploadBytesPerMinute: number
}
export interface Limits {
  sends: SendLimit
  /** Of messages and of members. */
  changes: SendLimit
  /** Typing, focus, idle and questions about presence, together. */
  presence: SendLimit
  /** Bytes of reserved uploads. */
  uploads: ByteLimit
  syncs: Gate
  /** Of the connections of a user's other devices, or of the same device with a number as high. */
  connection(others: number): Refusal | null
  room(joined: number): Refusal | null
}

const connectionRetryMs = 1000
const syncRetryMs = 500
/** A room is left by a person, not by time. */
const roomRetryMs = 60_000

export function perSecond(points: number, what: string): SendLimit {
  const limiter = new RateLimiterMemory({ points, duration: 1 })
  return { take: (user) => taken(limiter, user, 1, `more than ${points} ${what} a second`) }
}

function bytesPerMinute(points: number): ByteLimit {
  const limiter = new RateLimiterMemory({ points, duration: 60 })
  return { take: (user, bytes) => taken(limiter, user, bytes, `more than ${points} bytes of uploads a minute`) }
}

async function taken(limiter: RateLimiterMemory, user: string, points: number, why: string): Promise<Refusal | null> {
  try {
    await limiter.consume(user, points)
    return null
  } catch (error) {
    if (error instanceof RateLimiterRes) return refusal('rate_limited', why, Math.max(1, error.msBeforeNext))
    throw error
  }
}

export function gateOf(places: number, what: string, retryAfterMs: number): Gate {
  let taken = 0
  return {
    enter() {
      if (taken >= places) return refusal('rate_limited', `more than ${places} ${what} at once`, retryAfterMs)
      taken += 1
      let inside = true
      return () => {
        if (inside) taken -= 1
        inside = false
      }
    },
  }
}

export function limitsOf(settings: LimitSettings): Limits {
  const quota = (used: number, limit: number, what: string, retryAfterMs: number) =>
    used < limit ? null : refusal('rate_limited', `more than ${limit} ${what}`, retryAfterMs)
  return {
    sends: perSecond(settings.sendsPerSecond, 'sends'),
    changes: perSecond(settings.changesPerSecond, 'changes'),
    presence: perSecond(settings.presenceEventsPerSecond, 'presence events'),
    uploads: bytesPerMinute(settings.uploadBytesPerMinute),
    syncs: gateOf(settings.pendingSyncs, 'syncs of this node', syncRetryMs),
    connection: (others) => quota(others, settings.connectionsPerUser, 'connections of a user to this node', connectionRetryMs),
    room: (joined) => quota(joined, settings.roomsPerUser, 'rooms of a user', roomRetryMs),
  }
}
