/** How clients reach nodes and nodes reach each other. Data: it doesn't know which runtime starts its nodes. */
export interface Topology {
  name: string
  summary: string
  /** How many, named node-1, node-2 and so on. */
  nodes: number
  adapter: 'classic'
  balancing: 'roundrobin'
  transports: readonly 'websocket'[]
}

export const nodeNames = (topology: Topology): string[] => Array.from({ length: topology.nodes }, (_, index) => `node-${index + 1}`)

/** Every link of its cluster, known before it starts. */
export function linkNames(topology: Topology, cohorts: readonly string[]): string[] {
  const nodes = nodeNames(topology)
  return [
    ...nodes.flatMap((node) => [`${node}->redis`, `${node}->mongo`, `${node}->store`]),
    ...nodes.map((node) => `balancer->${node}`),
    ...cohorts.map((cohort) => `${cohort}->balancer`),
  ]
}
