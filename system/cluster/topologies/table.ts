/** Every topology: one file and one row. */
import { adapterClassic } from './adapter-classic.ts'
import type { Topology } from './topology.ts'

export const topologies: readonly Topology[] = [adapterClassic]
