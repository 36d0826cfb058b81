import { plainRoute } from '../../client/route.ts'
import type { Topology } from './topology.ts'

export const single: Topology = {
  name: 'single',
  summary: '1 node without a balancer: what the others are measured against',
  nodes: 1,
  adapter: 'none',
  balancing: 'direct',
  route: plainRoute,
}
