import { plainRoute } from '../../client/route.ts'
import type { Topology } from './topology.ts'

export const adapterStreams: Topology = {
  name: 'adapter-streams',
  summary: '3 nodes behind HAProxy (round robin, websocket only), joined by a Redis stream',
  nodes: 3,
  adapter: 'streams',
  balancing: 'roundrobin',
  route: plainRoute,
}
