import { stickyCookie, type Topology } from './topology.ts'

export const adapterSticky: Topology = {
  name: 'adapter-sticky',
  summary: '3 nodes behind HAProxy with a cookie, polling first and then websocket, joined by the classic Redis adapter',
  nodes: 3,
  adapter: 'classic',
  balancing: 'cookie',
  route: { transports: ['polling', 'websocket'], stickyCookie, perRoom: false },
}
