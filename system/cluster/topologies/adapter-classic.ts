import { plainRoute } from '../../client/route.ts'
import type { Topology } from './topology.ts'

export const adapterClassic: Topology = {
  name: 'adapter-classic',
  summary: '3 nodes behind HAProxy (round robin, websocket only), joined by the classic Redis adapter',
  nodes: 3,
  adapter: 'classic',
  balancing: 'roundrobin',
  route: plainRoute,
}
