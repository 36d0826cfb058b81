/** Every topology: one file and one row. */
import { adapterClassic } from './adapter-classic.ts'
import { adapterSharded } from './adapter-sharded.ts'
import { adapterSticky } from './adapter-sticky.ts'
import { adapterStreams } from './adapter-streams.ts'
import { pollingRoundRobin } from './polling-round-robin.ts'
import { roomAffine } from './room-affine.ts'
import { single } from './single.ts'
import { stickyOnly } from './sticky-only.ts'
import type { Topology } from './topology.ts'

export const topologies: readonly Topology[] = [
  single,
  adapterClassic,
  adapterSharded,
  adapterStreams,
  adapterSticky,
  stickyOnly,
  roomAffine,
  pollingRoundRobin,
]
