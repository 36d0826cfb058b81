import type { Topology } from './topology.ts'

export const roomAffine: Topology = {
  name: 'room-affine',
  summary: '3 nodes behind HAProxy by consistent hash of the room and no adapter: all of a room on one node, a connection for each room',
  nodes: 3,
  adapter: 'none',
  balancing: 'room',
  route: { transports: ['websocket'], stickyCookie: null, perRoom: true },
}
