/** The environment of a node, read once and validated whole. */
import { z } from 'zod'
import { accessWays } from '../protocol.ts'
import { timers } from '../codes-and-limits.ts'
import { adapterNames } from './adapters.ts'
import { count, milliseconds, processSettings, processVariables, readVariables, storageOf, storeVariables, withoutPassword } from './environment.ts'
import type { AdapterName } from './adapters.ts'
import type { ProcessSettings } from './environment.ts'
import type { FileSettings } from './file-settings.ts'
import type { LimitSettings } from './limits.ts'
import type { StorageOptions } from './object-storage.ts'

const mebibyte = 1_048_576

const environment = z.object({
  CHAT_NODE_NAME: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  CHAT_PORT: z.coerce.number().int().min(0).max(65_535),
  CHAT_ADAPTER: z.enum(adapterNames).default('classic'),
  CHAT_REDIS_URL: z.url(),
  CHAT_REDIS_PREFIX: z.string().min(1),
  CHAT_JWT_SECRET: z.string().min(16),
  ...processVariables,
  CHAT_HEARTBEAT_MS: milliseconds(2000),
  CHAT_RECEIPTS_MS: milliseconds(1000),
  CHAT_PING_INTERVAL_MS: milliseconds(3000),
  CHAT_PING_TIMEOUT_MS: milliseconds(3000),
  CHAT_SENDS_PER_SECOND: count(50),
  CHAT_CHANGES_PER_SECOND: count(50),
  CHAT_LEASE_MS: milliseconds(10_000),
  CHAT_LEASE_RENEW_MS: milliseconds(3000),
  CHAT_EXCLUSION_WAIT_MS: milliseconds(2000),
  CHAT_PRESENCE_TTL_MS: milliseconds(timers.presenceTtlMs),
  CHAT_PRESENCE_BEAT_MS: milliseconds(timers.presenceBeatMs),
  CHAT_PRESENCE_COALESCE_MS: milliseconds(500),
  CHAT_TYPING_TTL_MS: milliseconds(5000),
  CHAT_PRESENCE_EVENTS_PER_SECOND: count(20),
  CHAT_CONNECTIONS_PER_USER: count(10),
  CHAT_ROOMS_PER_USER: count(1000),
  CHAT_PENDING_SYNCS: count(1000),
  CHAT_SLOW_CONSUMER_PACKETS: count(10_000),
  CHAT_RETENTION_MS: milliseconds(timers.retentionSweepMs),
  ...storeVariables,
  CHAT_STORE_PUBLIC_URL: z.url().optional(),
  CHAT_UPLOAD_BYTES: count(25 * mebibyte),
  CHAT_UPLOAD_BYTES_PER_MINUTE: count(250 * mebibyte),
  CHAT_UPLOAD_EXPIRY_MS: milliseconds(60_000),
  CHAT_UPLOAD_GRACE_MS: milliseconds(60_000),
  CHAT_UPLOAD_ORPHAN_MS: milliseconds(600_000),
  CHAT_UPLOAD_SWEEP_MS: milliseconds(10_000),
  CHAT_FILE_ACCESS: z.enum(accessWays).default('signed'),
  CHAT_FILE_URL_MS: milliseconds(30_000),
})

export interface Configuration extends ProcessSettings {
  name: string
  /** 0: any free port. */
  port: number
  /** How it tells the other nodes of entries. */
  adapter: AdapterName
  redis: { url: string; prefix: string }
  secret: string
  heartbeatMs: number
  receiptsMs: number
  pingIntervalMs: number
  pingTimeoutMs: number
  presence: { ttlMs: number; beatMs: number; coalesceMs: number; typingTtlMs: number }
  /** How long a node may serve sockets without asking the store, and when it renews that. */
  lease: { leaseMs: number; renewMs: number }
  /** How long the ack of a kick or ban waits for the other nodes. */
  exclusionWaitMs: number
  /** Per user, or of the whole node where it says so; all on this node. */
  limits: LimitSettings
  /** Unsent packets of a socket that make it a slow consumer. */
  slowConsumerPackets: number
  /** Between two sweeps of what rooms no longer keep. */
  retentionMs: number
  files: FileSettings
  /** The object store; null: none. */
  storage: StorageOptions | null
}

/** Throws one error that names every variable that is missing or wrong. */
export function readConfiguration(variables: Readonly<Record<string, string | undefined>>): Configuration {
  const read = readVariables(environment, variables)
  return {
    name: read.CHAT_NODE_NAME,
    port: read.CHAT_PORT,
    adapter: read.CHAT_ADAPTER,
    redis: { url: read.CHAT_REDIS_URL, prefix: read.CHAT_REDIS_PREFIX },
    ...processSettings(read),
    secret: read.CHAT_JWT_SECRET,
    heartbeatMs: read.CHAT_HEARTBEAT_MS,
    receiptsMs: read.CHAT_RECEIPTS_MS,
    pingIntervalMs: read.CHAT_PING_INTERVAL_MS,
    pingTimeoutMs: read.CHAT_PING_TIMEOUT_MS,
    presence: {
      ttlMs: read.CHAT_PRESENCE_TTL_MS,
      beatMs: read.CHAT_PRESENCE_BEAT_MS,
      coalesceMs: read.CHAT_PRESENCE_COALESCE_MS,
      typingTtlMs: read.CHAT_TYPING_TTL_MS,
    },
    lease: { leaseMs: read.CHAT_LEASE_MS, renewMs: read.CHAT_LEASE_RENEW_MS },
    exclusionWaitMs: read.CHAT_EXCLUSION_WAIT_MS,
    limits: {
      sendsPerSecond: read.CHAT_SENDS_PER_SECOND,
      changesPerSecond: read.CHAT_CHANGES_PER_SECOND,
      presenceEventsPerSecond: read.CHAT_PRESENCE_EVENTS_PER_SECOND,
      connectionsPerUser: read.CHAT_CONNECTIONS_PER_USER,
      roomsPerUser: read.CHAT_ROOMS_PER_USER,
      uploadBytesPerMinute: read.CHAT_UPLOAD_BYTES_PER_MINUTE,
      pendingSyncs: read.CHAT_PENDING_SYNCS,
    },
    slowConsumerPackets: read.CHAT_SLOW_CONSUMER_PACKETS,
    files: {
      storeUrl: read.CHAT_STORE_PUBLIC_URL ?? read.CHAT_STORE_URL ?? '',
      limitBytes: read.CHAT_UPLOAD_BYTES,
      expiryMs: read.CHAT_UPLOAD_EXPIRY_MS,
      graceMs: read.CHAT_UPLOAD_GRACE_MS,
      orphanMs: read.CHAT_UPLOAD_ORPHAN_MS,
      sweepMs: read.CHAT_UPLOAD_SWEEP_MS,
      access: read.CHAT_FILE_ACCESS,
      urlMs: read.CHAT_FILE_URL_MS,
    },
    retentionMs: read.CHAT_RETENTION_MS,
    storage: storageOf(read),
  }
}

/** What may be printed: no secret, and no password inside a URL. */
export function masked(configuration: Configuration): Record<string, unknown> {
  return {
    ...configuration,
    secret: '***',
    originNs: configuration.originNs?.toString() ?? null,
    redis: { ...configuration.redis, url: withoutPassword(configuration.redis.url) },
    mongo: { ...configuration.mongo, url: withoutPassword(configuration.mongo.url) },
    storage: configuration.storage === null ? null : { ...configuration.storage, secretKey: '***' },
  }
}
