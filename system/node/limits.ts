/** Limits kept in this node's memory, so that none of them waits for Redis; across nodes they are approximate. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { refusal } from './refusal.ts'
import type { Refusal } from '../protocol.ts'

export interface SendLimit {
  take(user: string): Promise<Refusal | null>
}

export function sendLimit(sendsPerSecond: number): SendLimit {
  const limiter = new RateLimiterMemory({ points: sendsPerSecond, duration: 1 })
  return {
    async take(user) {
      try {
        await limiter.consume(user)
        return null
      } catch (error) {
        if (error instanceof RateLimiterRes) return refusal('rate_limited', `more than ${sendsPerSecond} sends a second`, error.msBeforeNext)
        throw error
      }
    },
  }
}
