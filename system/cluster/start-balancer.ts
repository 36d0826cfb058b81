/** The balancer of a topology, between the clients' cohorts and the nodes. */
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Found, RunningComponent, StartOptions } from '../components/component.ts'
import { components } from '../components/table.ts'
import { balancerConfiguration, type BalancerServer } from './balancer-configuration.ts'
import { waitReady } from './node-process.ts'
import type { Runtime } from './runtime.ts'
import type { Topology } from './topologies/topology.ts'

export interface BalancerStart {
  topology: Topology
  found: Found
  runtime: Runtime
  place: StartOptions
  servers: readonly BalancerServer[]
}

/** Resolves once it leads to a node that is ready; it ends with `stack`. */
export async function startBalancer({ topology, found, runtime, place, servers }: BalancerStart, stack: AsyncDisposableStack): Promise<RunningComponent> {
  const port = await runtime.port()
  // In the system's folder for temporary files: a unix socket's path may have about 100 bytes, a run's folder may lie deeper.
  const adminSocket = join(tmpdir(), `${place.runId}-haproxy.sock`)
  stack.defer(() => rm(adminSocket, { force: true }))
  const configuration = balancerConfiguration({ topology, port, adminSocket, servers })
  const balancer = stack.use(await components.haproxy.start(found, runtime, { ...place, port, configuration }))
  await waitReady(balancer.url, 'the balancer', 10_000, () => null)
  return balancer
}
