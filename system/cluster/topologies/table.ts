/** Every topology: one file and one row. */
import { adapterClassic } from './adapter-classic.ts'
import type { Topology } from './topology.ts'

export const topologies: readonly Topology[] = [adapterClassic]

export function findTopology(name: string): Topology {
  const topology = topologies.find((candidate) => candidate.name === name)
  if (topology === undefined) throw new Error(`no topology is called "${name}"; there are ${topologies.map((known) => known.name).join(', ')}`)
  return topology
}
