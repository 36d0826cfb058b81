/** How clients reach nodes and nodes reach each other. Data: it doesn't know which runtime starts its nodes. */
export interface Topology {
  name: string
  summary: string
  /** How many, named node-1, node-2 and so on. */
  nodes: number
  adapter: 'classic'
  balancing: 'roundrobin'
  transports: readonly 'websocket'[]
}
