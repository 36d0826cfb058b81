import type { RunningComponent } from '../components/component.ts'
import type { KillableProcess, RunningNode } from './cluster.ts'

/** A server that the nodes stand on, as a fault kills it. It is back when every node that runs answers ready, which looks at the store through the node's own link. */
export function killableServer(component: RunningComponent, nodes: readonly RunningNode[]): KillableProcess {
  let boot = 1
  return {
    name: component.name,
    get pid() {
      return component.pid
    },
    kill: async () => ({ ...(await component.kill()), boot, planned: true }),
    restart: async () => {
      await component.restart()
      boot++
    },
    ready: async (timeoutMs) => {
      await Promise.all(nodes.filter((node) => node.pid !== null).map((node) => node.ready(timeoutMs)))
    },
  }
}
