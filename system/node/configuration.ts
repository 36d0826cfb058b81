/** The environment of a node, read once and validated whole. */
import { z } from 'zod'

const milliseconds = (fallback: number) => z.coerce.number().int().min(10).max(3_600_000).default(fallback)

const environment = z.object({
  CHAT_NODE_NAME: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  CHAT_PORT: z.coerce.number().int().min(0).max(65_535),
  CHAT_REDIS_URL: z.url(),
  CHAT_REDIS_PREFIX: z.string().min(1),
  CHAT_MONGO_URL: z.string().regex(/^mongodb(\+srv)?:\/\//, 'a mongodb:// URL'),
  CHAT_MONGO_DATABASE: z.string().min(1),
  CHAT_JWT_SECRET: z.string().min(16),
  CHAT_JOURNAL: z.string().min(1).optional(),
  CHAT_ORIGIN_NS: z.string().regex(/^\d+$/).transform(BigInt).optional(),
  CHAT_BOOT: z.coerce.number().int().min(1).default(1),
  CHAT_MUTANT: z.string().min(1).optional(),
  CHAT_HEARTBEAT_MS: milliseconds(2000),
  CHAT_RECEIPTS_MS: milliseconds(1000),
  CHAT_PING_INTERVAL_MS: milliseconds(3000),
  CHAT_PING_TIMEOUT_MS: milliseconds(3000),
  CHAT_SENDS_PER_SECOND: z.coerce.number().int().min(1).default(50),
})

export interface Configuration {
  name: string
  /** 0: any free port. */
  port: number
  redis: { url: string; prefix: string }
  mongo: { url: string; database: string }
  secret: string
  /** Path of the journal file; null when none is kept. */
  journal: string | null
  /** CLOCK_MONOTONIC nanoseconds at the start of the run; null: at the start of this process. */
  originNs: bigint | null
  boot: number
  mutant: string | null
  heartbeatMs: number
  receiptsMs: number
  pingIntervalMs: number
  pingTimeoutMs: number
  /** Accepted sends of one user on this node. */
  sendsPerSecond: number
}

/** Throws one error that names every variable that is missing or wrong. */
export function readConfiguration(variables: Readonly<Record<string, string | undefined>>): Configuration {
  const result = environment.safeParse(variables)
  if (!result.success) throw new Error(`configuration: ${result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`)
  const read = result.data
  return {
    name: read.CHAT_NODE_NAME,
    port: read.CHAT_PORT,
    redis: { url: read.CHAT_REDIS_URL, prefix: read.CHAT_REDIS_PREFIX },
    mongo: { url: read.CHAT_MONGO_URL, database: read.CHAT_MONGO_DATABASE },
    secret: read.CHAT_JWT_SECRET,
    journal: read.CHAT_JOURNAL ?? null,
    originNs: read.CHAT_ORIGIN_NS ?? null,
    boot: read.CHAT_BOOT,
    mutant: read.CHAT_MUTANT ?? null,
    heartbeatMs: read.CHAT_HEARTBEAT_MS,
    receiptsMs: read.CHAT_RECEIPTS_MS,
    pingIntervalMs: read.CHAT_PING_INTERVAL_MS,
    pingTimeoutMs: read.CHAT_PING_TIMEOUT_MS,
    sendsPerSecond: read.CHAT_SENDS_PER_SECOND,
  }
}

/** What may be printed: no secret, and no password inside a URL. */
export function masked(configuration: Configuration): Record<string, unknown> {
  const withoutPassword = (url: string) => url.replace(/\/\/([^:@/]*):[^@/]*@/, '//$1:***@')
  return {
    ...configuration,
    secret: '***',
    originNs: configuration.originNs?.toString() ?? null,
    redis: { ...configuration.redis, url: withoutPassword(configuration.redis.url) },
    mongo: { ...configuration.mongo, url: withoutPassword(configuration.mongo.url) },
  }
}
