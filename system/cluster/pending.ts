/** Why a cluster has not settled. */
import type { RunningNode } from './cluster.ts'
import { type NodeHealth, nodeHealth } from './node-process.ts'

/** Pure. `health`: null when the node doesn't answer. */
export function pendingAt(node: string, health: NodeHealth | null): string | null {
  if (!health) return `${node} doesn't answer its health route`
  if (health.pendingAppends > 0) return `${node} has ${health.pendingAppends} appends in its room queues`
  if (health.pendingCursors > 0) return `${node} has ${health.pendingCursors} cursors to write`
  if (health.untoldReceipts > 0) return `${node} has ${health.untoldReceipts} cursors to tell`
  return null
}

/** Of the nodes that run. `scanQueue`: how many uploads wait for a verdict; null where no files are shared. */
export async function pendingOf(nodes: readonly RunningNode[], scanQueue: (() => Promise<number>) | null): Promise<string | null> {
  for (const node of nodes) {
    if (node.pid === null) continue
    const reason = pendingAt(node.name, await nodeHealth(node.url))
    if (reason !== null) return reason
  }
  const scanning = (await scanQueue?.()) ?? 0
  return scanning === 0 ? null : `${scanning} uploads wait for the scanner's verdict`
}
