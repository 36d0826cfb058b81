import type { FoundComponents } from '../components/component.ts'
import type { AccessWay } from '../protocol.ts'
import type { NodeEvents } from './node-process.ts'
import type { Runtime } from './runtime.ts'
import type { Topology } from './topologies/topology.ts'

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
