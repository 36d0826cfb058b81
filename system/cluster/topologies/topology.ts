/** How clients reach nodes and nodes reach each other. Data: it doesn't know which runtime starts its nodes. */
import type { Route } from '../../client/route.ts'
import type { AdapterName } from '../../node/adapters.ts'

/** `direct`: no balancer at all; `cookie` and `room`: the balancer binds a client to a node by what its route brings along. */
export type Balancing = 'direct' | 'roundrobin' | 'cookie' | 'room'

export interface Topology {
  name: string
  summary: string
  /** How many, named node-1, node-2 and so on; one when clients connect direct. */
  nodes: number
  adapter: AdapterName
  balancing: Balancing
  /** How its clients connect. */
  route: Route
}

/** Of the balancer; short, because every request of a bound client carries it. */
export const stickyCookie = 'lb'

export const nodeNames = (topology: Topology): string[] => Array.from({ length: topology.nodes }, (_, index) => `node-${index + 1}`)

/** The scan worker, where files are shared. */
export const scannerName = 'scanner'
export const workerNames = (files: boolean): string[] => (files ? [scannerName] : [])
/** Servers of every cluster that may be killed. */
export const serverNames: readonly string[] = ['redis', 'mongo']

/** Every link of its cluster, known before it starts. `files`: whether files are shared. */
export function linkNames(topology: Topology, cohorts: readonly string[], files: boolean): string[] {
  const nodes = nodeNames(topology)
  return [
    ...nodes.flatMap((node) => [`${node}->redis`, `${node}->mongo`, `${node}->store`]),
    ...nodes.map((node) => `balancer->${node}`),
    ...cohorts.map((cohort) => `${cohort}->balancer`),
    ...(files ? ['client->store', 'scanner->clamd', 'scanner->store', 'scanner->mongo'] : []),
  ]
}
