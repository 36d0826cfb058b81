/** The environment of a scan worker, read once and validated whole. */
import { z } from 'zod'
import { count, milliseconds, processSettings, processVariables, readVariables, storageOf, storeVariables, withoutPassword } from '../environment.ts'
import type { ProcessSettings, Variables } from '../environment.ts'
import type { StorageOptions } from '../object-storage.ts'
import type { ClamdAddress } from './clamd-client.ts'
import type { ScanSettings } from './scan-upload.ts'

const environment = z
  .object({
    ...processVariables,
    ...storeVariables,
    CHAT_STORE_URL: z.url(),
    CHAT_SCANNER_NAME: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
    CHAT_SCANNER_PORT: z.coerce.number().int().min(0).max(65_535),
    CHAT_SCANNER_CLAMD: z.string().regex(/^[^:]+:\d{1,5}$/, 'host:port'),
    CHAT_SCANNER_LANES: count(2),
    CHAT_SCANNER_POLL_MS: milliseconds(200),
    CHAT_SCANNER_SCAN_MS: milliseconds(8000),
    CHAT_SCANNER_LEASE_MS: milliseconds(12_000),
    CHAT_SCANNER_PING_MS: milliseconds(1000),
    CHAT_SCANNER_RETRY_MS: milliseconds(500),
    CHAT_SCANNER_ATTEMPTS: count(4),
  })
  .refine((read) => read.CHAT_SCANNER_LEASE_MS > read.CHAT_SCANNER_SCAN_MS, {
    path: ['CHAT_SCANNER_LEASE_MS'],
    message: 'longer than CHAT_SCANNER_SCAN_MS, else two workers scan the same',
  })

export interface ScannerConfiguration extends ProcessSettings {
  name: string
  /** Of its health; 0: any free port. */
  port: number
  clamd: ClamdAddress
  storage: StorageOptions
  /** Uploads scanned at once. */
  lanes: number
  /** A lane that found nothing looks again after so long. */
  pollMs: number
  /** Longest wait for the answer that tells whether there is a scanner. */
  pingMs: number
  scan: ScanSettings
}

/** Throws one error that names every variable that is missing or wrong. */
export function readScannerConfiguration(variables: Variables): ScannerConfiguration {
  const read = readVariables(environment, variables)
  const storage = storageOf(read)
  if (storage === null) throw new Error('configuration: CHAT_STORE_URL is missing')
  const colon = read.CHAT_SCANNER_CLAMD.lastIndexOf(':')
  return {
    ...processSettings(read),
    name: read.CHAT_SCANNER_NAME,
    port: read.CHAT_SCANNER_PORT,
    clamd: { host: read.CHAT_SCANNER_CLAMD.slice(0, colon), port: Number(read.CHAT_SCANNER_CLAMD.slice(colon + 1)) },
    storage,
    lanes: read.CHAT_SCANNER_LANES,
    pollMs: read.CHAT_SCANNER_POLL_MS,
    pingMs: read.CHAT_SCANNER_PING_MS,
    scan: {
      scanMs: read.CHAT_SCANNER_SCAN_MS,
      leaseMs: read.CHAT_SCANNER_LEASE_MS,
      attempts: read.CHAT_SCANNER_ATTEMPTS,
      retryMs: read.CHAT_SCANNER_RETRY_MS,
    },
  }
}

/** What may be printed: no secret, and no password inside a URL. */
export function maskedScanner(configuration: ScannerConfiguration): Record<string, unknown> {
  const { mongo, storage, originNs } = configuration
  return {
    ...configuration,
    originNs: originNs?.toString() ?? null,
    mongo: { ...mongo, url: withoutPassword(mongo.url) },
    storage: { ...storage, secretKey: '***' },
  }
}
