/** The nodes of a cluster, each with links of its own to Redis, MongoDB and the object store. */
import type { RunningNode } from './cluster.ts'
import type { Foundation } from './foundation.ts'
import type { Link } from './links.ts'
import { startNode } from './node-process.ts'
import { nodeEnvironment } from './process-environment.ts'
import { nodeNames } from './topologies/topology.ts'

/** Resolves once all are ready; those that run are drained when `stack` ends. */
export async function startNodes(foundation: Foundation, stack: AsyncDisposableStack): Promise<RunningNode[]> {
  const { options, store, links } = foundation
  const clientsToStore = store === null || options.files === null ? null : await links.make('client', 'store', 'store', store)
  const nodes = await Promise.all(nodeNames(options.topology).map((name) => startOne(foundation, name, clientsToStore)))
  stack.defer(async () => {
    await Promise.all(nodes.filter((node) => node.pid !== null).map((node) => node.drain()))
  })
  return nodes
}

async function startOne(foundation: Foundation, name: string, clientsToStore: Link | null): Promise<RunningNode> {
  const { options, redis, mongo, store, links } = foundation
  const { runtime, events } = options
  const port = await runtime.port()
  const ways = {
    toRedis: await links.make(name, 'redis', 'redis', redis),
    toMongo: await links.make(name, 'mongo', 'mongo', mongo),
    toStore: store === null ? null : await links.make(name, 'store', 'store', store),
    clientsToStore,
  }
  return startNode({ name, port, runtime, events, environment: (boot) => nodeEnvironment(foundation, { name, boot, port }, ways) })
}
