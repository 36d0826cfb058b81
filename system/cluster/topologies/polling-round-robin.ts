import type { Topology } from './topology.ts'

export const pollingRoundRobin: Topology = {
  name: 'polling-round-robin',
  summary: 'must fail, with HTTP 400 Session ID unknown: polling without stickiness, so that the requests of one connection meet several nodes',
  nodes: 3,
  adapter: 'classic',
  balancing: 'roundrobin',
  route: { transports: ['polling'], stickyCookie: null, perRoom: false },
}
