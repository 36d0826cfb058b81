/**
 * What files need besides the nodes: clamd, and the scan worker between the object store and it.
 *
 *   clients --(client->store)--> object store <--(scanner->store)-- scanner --(scanner->clamd)--> clamd
 *                                                                           --(scanner->mongo)--> mongo
 */
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import type { Found, RunningComponent, StartOptions } from '../components/component.ts'
import type { RunningStore } from '../components/object-store.ts'
import { components } from '../components/table.ts'
import type { RunningNode } from './cluster.ts'
import type { Link, Upstream } from './links.ts'
import { type NodeEvents, startNode } from './node-process.ts'
import type { Runtime } from './runtime.ts'
import { scannerName } from './topologies/topology.ts'

const entryPoint = join(import.meta.dirname, '../node/scan/main.ts')
/** Short, so that an expired URL can be tried within a run. */
export const fileUrlMs = 5_000

export interface FilesOptions {
  clamd: Found
  place: StartOptions
  store: RunningStore
  mongo: RunningComponent
  runtime: Runtime
  events: NodeEvents
  link: (from: string, to: string, kind: Upstream, upstream: { host: string; port: number }) => Promise<Link>
  /** Variables of the scanner that nodes have too; `toMongo` and `toStore`: its own links. */
  environment: (links: { toMongo: Link; toStore: Link }, boot: number) => Record<string, string>
}

export async function startFiles(options: FilesOptions, stack: AsyncDisposableStack): Promise<{ clamd: RunningComponent; scanner: RunningNode }> {
  const { runtime, link } = options
  const clamd = stack.use(await components.clamd.start(options.clamd, runtime, options.place))
  const [toClamd, toStore, toMongo] = [
    await link(scannerName, 'clamd', 'clamd', clamd),
    await link(scannerName, 'store', 'store', options.store),
    await link(scannerName, 'mongo', 'mongo', options.mongo),
  ]
  const port = await runtime.port()
  const scanner = await startNode({
    name: scannerName,
    entryPoint,
    port,
    runtime,
    events: options.events,
    environment: (boot) => ({
      ...options.environment({ toMongo, toStore }, boot),
      CHAT_SCANNER_NAME: scannerName,
      CHAT_SCANNER_PORT: String(port),
      CHAT_SCANNER_CLAMD: `${toClamd.host}:${toClamd.port}`,
    }),
  })
  stack.defer(async () => {
    if (scanner.pid !== null) await scanner.drain()
  })
  return { clamd, scanner }
}

/** How many uploads wait for a verdict, asked of the store past every link. */
export async function openScanQueue(mongo: { url: string; database: string }, stack: AsyncDisposableStack): Promise<() => Promise<number>> {
  const client = await MongoClient.connect(mongo.url, { serverSelectionTimeoutMS: 5_000 })
  stack.defer(() => client.close())
  const uploads = client.db(mongo.database).collection('uploads')
  return () => uploads.countDocuments({ state: 'scanning' }, { maxTimeMS: 5_000 })
}
