/** Redis clients of the adapter. Without Redis the node goes on: nothing that a client waits for goes this way. */
import { Redis } from 'ioredis'

const longestRetryMs = 500

export function openRedis(url: string, name: string, onError: (error: unknown, during: string) => void): Redis {
  // With ioredis's own limit of 20 retries the adapter's unhandled publish rejection would end the process.
  const redis = new Redis(url, { maxRetriesPerRequest: null, connectTimeout: 2000, retryStrategy: (times) => Math.min(times * 50, longestRetryMs) })
  redis.on('error', (error) => onError(error, `redis ${name}`))
  return redis
}
