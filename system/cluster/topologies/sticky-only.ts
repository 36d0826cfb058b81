import { stickyCookie, type Topology } from './topology.ts'

export const stickyOnly: Topology = {
  name: 'sticky-only',
  summary: '3 nodes behind HAProxy with a cookie and no adapter: what another node stored is told by its heartbeat',
  nodes: 3,
  adapter: 'none',
  balancing: 'cookie',
  route: { transports: ['polling', 'websocket'], stickyCookie, perRoom: false },
}
