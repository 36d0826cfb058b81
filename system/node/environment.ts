/** What the processes of the chat have in common in their environment: chat nodes and scan workers. */
import { z } from 'zod'
import type { LogLevel } from './event-log.ts'
import type { StorageOptions } from './object-storage.ts'

export const milliseconds = (fallback: number) => z.coerce.number().int().min(10).max(3_600_000).default(fallback)
export const count = (fallback: number) => z.coerce.number().int().min(1).default(fallback)

export const processVariables = {
  CHAT_MONGO_URL: z.string().regex(/^mongodb(\+srv)?:\/\//, 'a mongodb:// URL'),
  CHAT_MONGO_DATABASE: z.string().min(1),
  CHAT_JOURNAL: z.string().min(1).optional(),
  CHAT_ORIGIN_NS: z.string().regex(/^\d+$/).transform(BigInt).optional(),
  CHAT_BOOT: z.coerce.number().int().min(1).default(1),
  CHAT_MUTANT: z.string().min(1).optional(),
  CHAT_LOG_LEVEL: z.enum(['debug', 'info', 'warn']).default('info'),
}
export const storeVariables = {
  CHAT_STORE_URL: z.url().optional(),
  CHAT_STORE_ACCESS_KEY: z.string().default(''),
  CHAT_STORE_SECRET_KEY: z.string().default(''),
  CHAT_STORE_BUCKET: z.string().default('chat'),
  CHAT_STORE_REGION: z.string().default('us-east-1'),
}
export interface ProcessSettings {
  mongo: { url: string; database: string }
  /** Path of the journal file; null when none is kept. */
  journal: string | null
  /** CLOCK_MONOTONIC nanoseconds at the start of the run; null: at the start of this process. */
  originNs: bigint | null
  boot: number
  mutant: string | null
  logLevel: LogLevel
}

export type Variables = Readonly<Record<string, string | undefined>>
type Read<Shape extends z.core.$ZodLooseShape> = z.output<z.ZodObject<Shape>>

/** Throws one error that names every variable that is missing or wrong. */
export function readVariables<Shape extends z.core.$ZodLooseShape>(shape: z.ZodObject<Shape>, variables: Variables): Read<Shape> {
  const result = shape.safeParse(variables)
  if (result.success) return result.data
  throw new Error(`configuration: ${result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`)
}

export function processSettings(read: Read<typeof processVariables>): ProcessSettings {
  return {
    mongo: { url: read.CHAT_MONGO_URL, database: read.CHAT_MONGO_DATABASE },
    journal: read.CHAT_JOURNAL ?? null,
    originNs: read.CHAT_ORIGIN_NS ?? null,
    boot: read.CHAT_BOOT,
    mutant: read.CHAT_MUTANT ?? null,
    logLevel: read.CHAT_LOG_LEVEL,
  }
}

/** Null without `CHAT_STORE_URL`. */
export function storageOf(read: Read<typeof storeVariables>): StorageOptions | null {
  if (read.CHAT_STORE_URL === undefined) return null
  return {
    url: read.CHAT_STORE_URL,
    accessKey: read.CHAT_STORE_ACCESS_KEY,
    secretKey: read.CHAT_STORE_SECRET_KEY,
    bucket: read.CHAT_STORE_BUCKET,
    region: read.CHAT_STORE_REGION,
  }
}

/** For what is printed. */
export const withoutPassword = (url: string) => url.replace(/\/\/([^:@/]*):[^@/]*@/, '//$1:***@')
