/**
 * What files need besides the nodes: clamd, and the scan worker between the object store and it.
 *
 *   clients --(client->store)--> object store <--(scanner->store)-- scanner --(scanner->clamd)--> clamd
 *                                                                           --(scanner->mongo)--> mongo
 */
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import type { RunningComponent } from '../components/component.ts'
import type { RunningStore } from '../components/object-store.ts'
import { components } from '../components/table.ts'
import type { RunningNode } from './cluster.ts'
import type { Foundation } from './foundation.ts'
import { startNode } from './node-process.ts'
import { processEnvironment } from './process-environment.ts'
import { scannerName } from './topologies/topology.ts'

const entryPoint = join(import.meta.dirname, '../node/scan/main.ts')

export interface RunningFiles {
  clamd: RunningComponent
  scanner: RunningNode
  /** How many uploads wait for a verdict, asked of the store past every link. */
  scanQueue: () => Promise<number>
}

/** Null where no files are shared. Resolves once the scanner is ready; all of it ends with `stack`. */
export async function startFiles(foundation: Foundation, stack: AsyncDisposableStack): Promise<RunningFiles | null> {
  const { options, place } = foundation
  if (options.files === null) return null
  const found = needed(options.found.clamd, 'clamd')
  const store = needed(foundation.store, 'an object store')
  const clamd = stack.use(await components.clamd.start(found, options.runtime, place('clamd')))
  const scanner = await startScanner(foundation, clamd, store)
  stack.defer(async () => {
    if (scanner.pid !== null) await scanner.drain()
  })
  return { clamd, scanner, scanQueue: await openScanQueue(foundation, stack) }
}

async function startScanner(foundation: Foundation, clamd: RunningComponent, store: RunningStore): Promise<RunningNode> {
  const { options, mongo, links } = foundation
  const { runtime, events } = options
  const toClamd = await links.make(scannerName, 'clamd', 'clamd', clamd)
  const toStore = await links.make(scannerName, 'store', 'store', store)
  const toMongo = await links.make(scannerName, 'mongo', 'mongo', mongo)
  const port = await runtime.port()
  return startNode({
    name: scannerName,
    entryPoint,
    port,
    runtime,
    events,
    environment: (boot) => ({
      ...processEnvironment(foundation, { name: scannerName, boot }, { toMongo, toStore }),
      CHAT_SCANNER_NAME: scannerName,
      CHAT_SCANNER_PORT: String(port),
      CHAT_SCANNER_CLAMD: `${toClamd.host}:${toClamd.port}`,
    }),
  })
}

async function openScanQueue({ mongo, database }: Foundation, stack: AsyncDisposableStack): Promise<() => Promise<number>> {
  const client = await MongoClient.connect(mongo.url.href, { serverSelectionTimeoutMS: 5_000 })
  stack.defer(() => client.close())
  const uploads = client.db(database).collection('uploads')
  return () => uploads.countDocuments({ state: 'scanning' }, { maxTimeMS: 5_000 })
}

function needed<Part>(part: Part | null | undefined, name: string): Part {
  if (part === null || part === undefined) throw new Error(`files need ${name}, and none was found`)
  return part
}
