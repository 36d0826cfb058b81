import { plainRoute } from '../../client/route.ts'
import type { Topology } from './topology.ts'

export const adapterSharded: Topology = {
  name: 'adapter-sharded',
  summary: '3 nodes behind HAProxy (round robin, websocket only), joined by the sharded pub/sub of Redis 7',
  nodes: 3,
  adapter: 'sharded',
  balancing: 'roundrobin',
  route: plainRoute,
}
