/** How evenly the nodes of a run were used: connections, sends and deliveries of each, and one figure or two for all. */
import { sessionsOf } from './checks/sessions.ts'
import { layers } from './history/codes.ts'
import type { History } from './history/history.ts'
import type { Result } from './result.ts'

export type ByNode = Readonly<Record<string, number>>

/** 1 and 0 when all nodes have the same; null when none has anything. */
export interface Spread {
  /** The most that a node has, over the mean of all. */
  maxToMean: number | null
  /** 0 to 1 - 1/nodes, where one node has everything. */
  gini: number | null
}

/** Gini coefficient: half the relative mean absolute difference, sum over all pairs |a - b| / (2 n^2 mean). Source: Gini, "Variabilita e mutabilita" (1912). */
export function spreadOf(counts: readonly number[]): Spread {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return { maxToMean: null, gini: null }
  const mean = total / counts.length
  const differences = counts.reduce((sum, one) => sum + counts.reduce((inner, other) => inner + Math.abs(one - other), 0), 0)
  return { maxToMean: round(Math.max(...counts) / mean), gini: round(differences / (2 * counts.length ** 2 * mean)) }
}

const round = (value: number): number => Math.round(value * 1e3) / 1e3

export function evennessOf(history: History): Result['evenness'] {
  const { value, session } = history.columns
  const { journals } = history
  const [connections, sends, relayed] = [tally(history), tally(history), tally(history)]
  for (const row of history.rowsOf('connect')) connections.add(history.names[value[row] ?? -1], 1)
  for (const row of history.rowsOf('stored')) sends.add(history.names[session[row] ?? -1], 1)
  for (const row of history.journalRowsOf('relayed')) relayed.add(history.nodes[journals.node[row] ?? -1], journals.count[row] ?? 0)
  const byNode = { connections: connections.byNode, sends: sends.byNode, deliveries: deliveriesOf(history) }
  const spread = (counts: ByNode): Spread => spreadOf(Object.values(counts))
  return {
    ...byNode,
    relayed: relayed.byNode,
    spread: { connections: spread(byNode.connections), sends: spread(byNode.sends), deliveries: spread(byNode.deliveries) },
  }
}

/** Deliveries that a client applied, by the node of the session in which they came; pages of history aside. */
function deliveriesOf(history: History): ByNode {
  const { client, layer, session } = history.columns
  const nodes = sessionsOf(history).of.map((list) => new Map(list.map((one) => [one.session, one.node])))
  const counts = new Int32Array(history.names.length)
  for (const row of history.rowsOf('delivery')) {
    if (((layer[row] ?? 0) & (layers.applied | layers.page)) !== layers.applied) continue
    const node = nodes[client[row] ?? -1]?.get(session[row] ?? -1)
    if (node !== undefined) counts[node] = (counts[node] ?? 0) + 1
  }
  const deliveries = tally(history)
  for (const [name, count] of counts.entries()) if (count > 0) deliveries.add(history.names[name], count)
  return deliveries.byNode
}

/** Every node that serves clients stands in it, those too that have nothing. */
function tally(history: History): { byNode: ByNode; add: (node: string | undefined, count: number) => void } {
  const byNode: Record<string, number> = Object.fromEntries(history.nodes.filter((node) => history.workers?.includes(node) !== true).map((node) => [node, 0]))
  return {
    byNode,
    add(node, count) {
      if (node !== undefined) byNode[node] = (byNode[node] ?? 0) + count
    },
  }
}
