/** The ways into a cluster: one link of each cohort to the balancer, and one of the balancer to each node. */
import type { RunningComponent } from '../components/component.ts'
import type { RunningNode } from './cluster.ts'
import type { Foundation } from './foundation.ts'
import { startBalancer } from './start-balancer.ts'

export interface Entrances {
  /** Null where the topology has none. */
  balancer: RunningComponent | null
  /** Where clients of a cohort connect; throws for one that is not of this cluster. */
  of: (cohort: string) => URL
}

/** Resolves once the balancer leads to a node that is ready; it ends with `stack`. */
export async function startEntrances({ options, links, place }: Foundation, nodes: readonly RunningNode[], stack: AsyncDisposableStack): Promise<Entrances> {
  const { topology, found, runtime, cohorts } = options
  const servers = await Promise.all(
    nodes.map(async (node) => {
      const { host, port } = await links.make('balancer', node.name, 'http', { host: node.url.hostname, port: Number(node.url.port) })
      return { name: node.name, host, port }
    }),
  )
  const balancer =
    topology.balancing === 'direct' ? null : await startBalancer({ topology, found: found.haproxy, runtime, place: place('haproxy'), servers }, stack)
  // Without a balancer its links are there all the same, one behind the other: what is done to them is done to the way in.
  const entrance = balancer ?? servers[0]
  if (entrance === undefined) throw new Error(`topology ${topology.name} has no node to connect to`)
  const urls = new Map<string, URL>()
  for (const cohort of cohorts) {
    const { host, port } = await links.make(cohort, 'balancer', 'http', entrance)
    urls.set(cohort, new URL(`http://${host}:${port}`))
  }
  return {
    balancer,
    of(cohort) {
      const url = urls.get(cohort)
      if (!url) throw new Error(`no cohort ${cohort}; this cluster has ${[...urls.keys()].join(', ')}`)
      return url
    },
  }
}
