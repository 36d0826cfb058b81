/** Puts a scan worker together from its parts. Several may run: whoever holds the lease of an upload scans it. */
import { createServer } from 'node:http'
import { openFileObjects } from '../file-objects.ts'
import { noJournal, openJournal } from '../journal.ts'
import { logStoreOf } from '../log-store.ts'
import { roomsOf } from '../rooms.ts'
import { repeat } from '../rounds.ts'
import { openStore } from '../store.ts'
import { uploadStoreOf } from '../upload-store.ts'
import { appendVerdict } from '../verdict-entries.ts'
import { clamdAnswers } from './clamd-client.ts'
import { scanOf } from './scan-content.ts'
import { scanNext } from './scan-upload.ts'
import { scannerHealth } from './scanner-health.ts'
import type { Store } from '../store.ts'
import type { ScannerConfiguration } from './configuration.ts'
import type { ScannerParts } from './scanner-parts.ts'

/** Time and chance, and where errors are told. */
export interface ScannerSurroundings {
  nowMs: () => number
  /** Nanoseconds of CLOCK_MONOTONIC. */
  monotonicNs: () => bigint
  /** UUIDv7. */
  newId: () => string
  onError: (error: unknown, during: string) => void
  log: (text: string, facts: Readonly<Record<string, string | number>>) => void
}
export interface RunningScanner {
  /** Resolves with the port of its health once it listens; it scans from then on. */
  listen(): Promise<number>
  /** Gives the uploads back that it is scanning, and closes. */
  close(): Promise<void>
}

/** How long after its last use an upload is looked at again is the nodes' matter: a worker never postpones it. */
const noOrphans = 0

export function composeScanner(
  configuration: ScannerConfiguration,
  surroundings: ScannerSurroundings,
  decorate: (parts: ScannerParts) => ScannerParts,
): RunningScanner {
  const { clamd, storage, pingMs } = configuration
  const { nowMs, onError } = surroundings
  const store = openStore(configuration.mongo.url, configuration.mongo.database)
  const journal = journalOf(configuration, surroundings)
  const uploads = uploadStoreOf(store.uploads, noOrphans)
  const parts = decorate({
    uploads,
    objects: openFileObjects(storage, storage.url, nowMs),
    keyToScan: ({ servedKey }) => servedKey,
    scan: scanOf(clamd),
    scannerAnswers: () => clamdAnswers(clamd, AbortSignal.timeout(pingMs)),
    tell: tellerOf({ store, uploads, journal, configuration, surroundings }),
    journal,
  })
  const closing = new AbortController()
  let scanning = 0
  let unready: string | null = 'it has not asked the store yet'
  const next = async () => {
    scanning += 1
    try {
      const isWorthHurrying = await scanNext(parts, configuration.scan, { nowMs, closing: closing.signal, log: surroundings.log })
      unready = null
      return isWorthHurrying
    } catch (error) {
      unready = error instanceof Error ? error.message : String(error)
      throw error
    } finally {
      scanning -= 1
    }
  }
  const lane = async () => {
    while (!closing.signal.aborted && (await next())) continue
  }
  const http = createServer(
    scannerHealth(
      () => ({ worker: configuration.name, boot: configuration.boot, scanning }),
      () => (closing.signal.aborted ? 'it is closing' : unready),
    ),
  )
  const rounds: AsyncDisposable[] = []
  return {
    listen: () =>
      new Promise((resolve, reject) => {
        http.once('error', reject)
        http.listen(configuration.port, '127.0.0.1', () => {
          const address = http.address()
          if (address === null || typeof address === 'string') return reject(new Error('no TCP address after listen'))
          for (let number = 1; number <= configuration.lanes; number++) rounds.push(repeat(`scanning, lane ${number}`, configuration.pollMs, lane, onError))
          resolve(address.port)
        })
      }),
    async close() {
      closing.abort(new Error('the worker closes'))
      await Promise.all(rounds.map((round) => round[Symbol.asyncDispose]()))
      journal.write('closed', {})
      journal.close()
      http.closeAllConnections()
      http.close()
      await store.client.close()
    },
  }
}

function journalOf({ journal: path, name: node, boot, originNs }: ScannerConfiguration, { monotonicNs }: ScannerSurroundings) {
  const startNs = originNs ?? monotonicNs()
  return path === null ? noJournal : openJournal({ path, node, boot, nowNs: () => monotonicNs() - startNs })
}

interface Telling {
  store: Store
  uploads: ReturnType<typeof uploadStoreOf>
  journal: ReturnType<typeof journalOf>
  configuration: ScannerConfiguration
  surroundings: ScannerSurroundings
}

/** Appends to room logs as a node does, and publishes nothing: nodes find it before the next entry of the room, or by their heartbeats. */
function tellerOf({ store, uploads, journal, configuration, surroundings }: Telling): ScannerParts['tell'] {
  const { nowMs, newId, onError } = surroundings
  const log = logStoreOf(store.log, store.audits)
  const rooms = roomsOf(
    store,
    {
      log,
      node: configuration.name,
      nowMs,
      onError,
      onFolded() {},
      onCommitted({ roomId: room, seq, attempt: count, operationId }) {
        journal.write('committed', { room, seq, count, operationId })
        journal.write('folded', { room, seq, operationId })
      },
    },
    () => {
      throw new Error('a scan worker makes no rooms')
    },
  )
  return async (upload) => {
    await appendVerdict({ uploads, log, rooms, newId }, upload)
    // Opened cold for each verdict: what it holds of the room would be stale by the next one.
    rooms.forget(upload.roomId)
  }
}
