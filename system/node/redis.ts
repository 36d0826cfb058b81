/** Clients of Redis. Without Redis the node goes on: nothing that a client of the chat waits for goes this way. */
import { Redis } from 'ioredis'
import type { EventEmitter } from 'node:events'
import type { RedisOptions } from 'ioredis'
import type { WriteLog } from './event-log.ts'

const longestRetryMs = 500

export function openRedis(url: string, name: string, log: WriteLog, options: RedisOptions = {}): Redis {
  // With ioredis's own limit of 20 retries the adapter's unhandled publish rejection would end the process.
  const redis = new Redis(url, { maxRetriesPerRequest: null, connectTimeout: 2000, retryStrategy: (times) => Math.min(times * 50, longestRetryMs), ...options })
  tellOfOutages(redis, name, log)
  return redis
}

/** Once that Redis is down and once that it is up again, at warn; attempts at debug. */
export function tellOfOutages(redis: EventEmitter, client: string, log: WriteLog): void {
  let isDown = false
  let why = 'the connection ended'
  redis.on('error', (error: Error) => {
    why = error.message
    log('debug', 'a connection to Redis failed', { client, error: why })
  })
  // Not at `close`, which comes at the orderly end, too.
  redis.on('reconnecting', () => {
    if (!isDown) log('warn', 'Redis is down', { client, error: why })
    isDown = true
  })
  redis.on('ready', () => {
    if (isDown) log('warn', 'Redis is up again', { client })
    isDown = false
    why = 'the connection ended'
  })
}
