/**
 * Puts a cluster together:
 *
 *   clients --(cohort->balancer)--> haproxy --(balancer->node-n)--> node-n --(node-n->redis)--> redis
 *                                                                          --(node-n->mongo)--> mongo
 *                                                                          --(node-n->store)--> object store, where there is one (start-files.ts)
 *
 * Where the topology has no balancer, cohort->balancer leads straight into balancer->node-1. Each arrow is a link: through Toxiproxy where a pattern names it, else direct.
 */
import { signToken } from '../node/tokens.ts'
import type { RunningCluster } from './cluster.ts'
import type { ClusterOptions } from './cluster-options.ts'
import { startFoundation } from './foundation.ts'
import { killableServer } from './killable-server.ts'
import { pendingOf } from './pending.ts'
import { startEntrances } from './start-entrances.ts'
import { startFiles } from './start-files.ts'
import { startNodes } from './start-nodes.ts'

/** Tokens outlive any run; expiry is tested by minting shorter ones. */
const tokenSeconds = 24 * 3600

export async function startCluster(options: ClusterOptions): Promise<RunningCluster> {
  await using stack = new AsyncDisposableStack()
  const foundation = await startFoundation(options, stack)
  const nodes = await startNodes(foundation, stack)
  const files = await startFiles(foundation, stack)
  const entrances = await startEntrances(foundation, nodes, stack)
  const { redis, mongo, database, store, toxiproxy, control, links } = foundation
  const { balancer } = entrances

  const owned = stack.move()
  return {
    topology: options.topology.name,
    nodes,
    workers: files === null ? [] : [files.scanner],
    servers: [redis, mongo].map((component) => killableServer(component, nodes)),
    links: links.all,
    components: [redis, mongo, toxiproxy, balancer, store, files?.clamd ?? null].filter((component) => component !== null),
    toxiproxy: control,
    entrance: entrances.of,
    mintToken: (user, device, seconds = tokenSeconds) => signToken(options.secret, user, device, seconds),
    mongo: { url: mongo.url.href, database },
    store,
    pending: () => pendingOf(nodes, files?.scanQueue ?? null),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
