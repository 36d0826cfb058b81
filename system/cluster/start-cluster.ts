/**
 * Puts a cluster together:
 *
 *   clients --(cohort->balancer)--> haproxy --(balancer->node-n)--> node-n --(node-n->redis)--> redis
 *                                                                          --(node-n->mongo)--> mongo
 *                                                                          --(node-n->store)--> object store, where there is one (start-files.ts)
 *
 * Where the topology has no balancer, cohort->balancer leads straight into balancer->node-1. Each arrow is a link: through Toxiproxy where a pattern names it, else direct.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FoundComponents } from '../components/component.ts'
import type { RunningStore } from '../components/object-store.ts'
import { components } from '../components/table.ts'
import { connectToxiproxy, type ToxiproxyControl } from '../components/toxiproxy-control.ts'
import { signToken } from '../node/tokens.ts'
import { mutants } from '../mutants/table.ts'
import type { AccessWay } from '../protocol.ts'
import type { RunningCluster, RunningNode } from './cluster.ts'
import { killableServer } from './killable-server.ts'
import { linkMatches, type Link, type Upstream } from './links.ts'
import { type NodeEvents, nodeHealth, startNode } from './node-process.ts'
import type { Runtime } from './runtime.ts'
import { startBalancer } from './start-balancer.ts'
import { fileUrlMs, openScanQueue, startFiles } from './start-files.ts'
import { scannerName, type Topology } from './topologies/topology.ts'

/** Tokens outlive any run; expiry is tested by minting shorter ones. */
const tokenSeconds = 24 * 3600

export interface ClusterOptions {
  topology: Topology
  runtime: Runtime
  found: FoundComponents
  /** The run's folder: journals and the components' data go below it. */
  folder: string
  runId: string
  /** How files are given out; null: none are shared. Clamd and a scan worker come with them, besides the object store. */
  files: { access: AccessWay } | null
  /** Link patterns that go through Toxiproxy. */
  proxied: readonly string[]
  cohorts: readonly string[]
  originNs: bigint
  secret: string
  mutant: string | null
  events: NodeEvents
}

export async function startCluster(options: ClusterOptions): Promise<RunningCluster> {
  await using stack = new AsyncDisposableStack()
  const { runtime, folder, runId, found, topology } = options
  const journals = join(folder, 'journals')
  await mkdir(journals, { recursive: true })
  const place = (name: string) => ({ folder: join(folder, 'components', name), runId })
  const [redis, mongo, toxiproxyComponent] = await Promise.all([
    components.redis.start(found.redis, runtime, place('redis')),
    components.mongo.start(found.mongo, runtime, { ...place('mongo'), ...mutants.find(({ name }) => name === options.mutant)?.mongo }),
    components.toxiproxy.start(found.toxiproxy, runtime, place('toxiproxy')),
  ])
  for (const component of [redis, mongo, toxiproxyComponent]) stack.use(component)
  const store = found.store === undefined ? null : stack.use(await components.store.start(found.store, runtime, place('store')))
  const toxiproxy = connectToxiproxy(toxiproxyComponent.url)
  const links: Link[] = []
  const link = async (from: string, to: string, kind: Upstream, upstream: { host: string; port: number }): Promise<Link> => {
    const made = await makeLink({ from, to, kind, upstream, proxied: options.proxied, runtime, toxiproxy })
    links.push(made)
    return made
  }

  /** What every process of ours is told, by its own links. */
  const processEnvironment = (name: string, boot: number, { toMongo, toStore }: { toMongo: Link; toStore: Link | null }): Record<string, string> => ({
    CHAT_BOOT: String(boot),
    CHAT_ORIGIN_NS: String(options.originNs),
    CHAT_MONGO_URL: withAddress(mongo.url, toMongo),
    CHAT_MONGO_DATABASE: database(runId),
    CHAT_JOURNAL: join(journals, `${name}.${boot}.rows`),
    ...(store === null || toStore === null ? {} : storeEnvironment(store, toStore)),
    ...(options.mutant === null ? {} : { CHAT_MUTANT: options.mutant }),
  })
  const toStoreOfClients = store === null || options.files === null ? null : await link('client', 'store', 'store', store)
  const names = Array.from({ length: topology.nodes }, (_, index) => `node-${index + 1}`)
  const nodes = await Promise.all(
    names.map(async (name): Promise<RunningNode> => {
      const port = await runtime.port()
      const toRedis = await link(name, 'redis', 'redis', redis)
      const toMongo = await link(name, 'mongo', 'mongo', mongo)
      const toStore = store === null ? null : await link(name, 'store', 'store', store)
      return startNode({
        name,
        port,
        runtime,
        events: options.events,
        environment: (boot) => ({
          ...processEnvironment(name, boot, { toMongo, toStore }),
          CHAT_NODE_NAME: name,
          CHAT_PORT: String(port),
          CHAT_ADAPTER: topology.adapter,
          CHAT_REDIS_URL: `redis://${toRedis.host}:${toRedis.port}`,
          CHAT_REDIS_PREFIX: runId,
          CHAT_JWT_SECRET: options.secret,
          CHAT_FILE_URL_MS: String(fileUrlMs),
          ...(options.files === null ? {} : { CHAT_FILE_ACCESS: options.files.access }),
          ...(store === null || toStoreOfClients === null ? {} : { CHAT_STORE_PUBLIC_URL: throughLink(store, toStoreOfClients) }),
        }),
      })
    }),
  )
  stack.defer(async () => {
    await Promise.all(nodes.filter((node) => node.pid !== null).map((node) => node.drain()))
  })

  const stored = { url: mongo.url.href, database: database(runId) }
  const files =
    options.files === null
      ? null
      : await startFiles(
          {
            clamd: needed(found.clamd, 'clamd'),
            place: place('clamd'),
            store: needed(store, 'an object store'),
            mongo,
            runtime,
            events: options.events,
            link,
            environment: (ways, boot) => processEnvironment(scannerName, boot, ways),
          },
          stack,
        )
  const scanQueue = files === null ? null : await openScanQueue(stored, stack)
  const workers = files === null ? [] : [files.scanner]

  const servers = await Promise.all(
    nodes.map(async (node) => {
      const { host, port } = await link('balancer', node.name, 'http', { host: node.url.hostname, port: Number(node.url.port) })
      return { name: node.name, host, port }
    }),
  )
  const balancer =
    topology.balancing === 'direct' ? null : await startBalancer({ topology, found: found.haproxy, runtime, place: place('haproxy'), servers }, stack)
  // Without a balancer its links are there all the same, one behind the other: what is done to them is done to the way in.
  const entrance = balancer ?? servers[0]
  if (entrance === undefined) throw new Error(`topology ${topology.name} has no node to connect to`)
  const entrances = new Map<string, URL>()
  for (const cohort of options.cohorts) {
    const made = await link(cohort, 'balancer', 'http', entrance)
    entrances.set(cohort, new URL(`http://${made.host}:${made.port}`))
  }

  const owned = stack.move()
  return {
    topology: topology.name,
    nodes,
    workers,
    servers: [redis, mongo].map((component) => killableServer(component, nodes)),
    links,
    components: [
      redis,
      mongo,
      toxiproxyComponent,
      ...(balancer === null ? [] : [balancer]),
      ...(store === null ? [] : [store]),
      ...(files === null ? [] : [files.clamd]),
    ],
    toxiproxy,
    entrance: (cohort) => {
      const url = entrances.get(cohort)
      if (!url) throw new Error(`no cohort ${cohort}; this cluster has ${[...entrances.keys()].join(', ')}`)
      return url
    },
    mintToken: (user, device) => signToken(options.secret, user, device, tokenSeconds),
    mongo: stored,
    store,
    pending: async () => (await pendingOf(nodes)) ?? (await pendingScans(scanQueue)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function makeLink(options: {
  from: string
  to: string
  kind: Upstream
  upstream: { host: string; port: number }
  proxied: readonly string[]
  runtime: Runtime
  toxiproxy: ToxiproxyControl
}): Promise<Link> {
  const name = `${options.from}->${options.to}`
  const upstream = { kind: options.kind, host: options.upstream.host, port: options.upstream.port }
  if (!options.proxied.some((pattern) => linkMatches(pattern, name)))
    return { name, from: options.from, to: options.to, host: upstream.host, port: upstream.port, upstream, proxied: false }
  const port = await options.runtime.port()
  await options.toxiproxy.ensureProxy({ name, host: '127.0.0.1', port, upstream: { host: upstream.host, port: upstream.port } })
  return { name, from: options.from, to: options.to, host: '127.0.0.1', port, upstream, proxied: true }
}

async function pendingOf(nodes: readonly RunningNode[]): Promise<string | null> {
  for (const node of nodes) {
    if (node.pid === null) continue
    const health = await nodeHealth(node.url)
    if (!health) return `${node.name} doesn't answer its health route`
    if (health.pendingAppends > 0) return `${node.name} has ${health.pendingAppends} appends in its room queues`
    if (health.pendingCursors > 0) return `${node.name} has ${health.pendingCursors} cursors to write`
    if (health.untoldReceipts > 0) return `${node.name} has ${health.untoldReceipts} cursors to tell`
  }
  return null
}

async function pendingScans(scanQueue: (() => Promise<number>) | null): Promise<string | null> {
  const scanning = (await scanQueue?.()) ?? 0
  return scanning === 0 ? null : `${scanning} uploads wait for the scanner's verdict`
}

function needed<Part>(part: Part | null | undefined, name: string): Part {
  if (part === null || part === undefined) throw new Error(`files need ${name}, and none was found`)
  return part
}

function storeEnvironment(store: RunningStore, link: Link): Record<string, string> {
  return {
    CHAT_STORE_URL: throughLink(store, link),
    CHAT_STORE_ACCESS_KEY: store.credentials.accessKey,
    CHAT_STORE_SECRET_KEY: store.credentials.secretKey,
    CHAT_STORE_BUCKET: store.bucket,
    CHAT_STORE_REGION: store.region,
  }
}

/** Through a link only over plain HTTP: the certificate of an HTTPS endpoint is for its own name. */
function throughLink(store: RunningStore, link: Link): string {
  return store.url.protocol === 'http:' ? `http://${link.host}:${link.port}` : store.url.href
}

function withAddress(url: URL, address: { host: string; port: number }): string {
  const changed = new URL(url.href)
  changed.host = `${address.host}:${address.port}`
  return changed.href
}

/** MongoDB database names are limited to 63 bytes without dots. Source: MongoDB manual, Limits and Thresholds. */
function database(runId: string): string {
  return `chat_${runId.replace(/[^A-Za-z0-9_-]/g, '_')}`.slice(0, 63)
}
