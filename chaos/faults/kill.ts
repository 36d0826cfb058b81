import { z } from 'zod'
import type { KillableProcess } from '../../system/cluster/cluster.ts'
import type { Fault } from './fault.ts'

const readyTimeoutMs = 15_000
const othersReadyTimeoutMs = 1_000
const parameters = z.strictObject({})

export const kill: Fault<typeof parameters> = {
  name: 'kill',
  summary: 'SIGKILL a node, the scanner, mongo or redis; with `for` it is started again after that time, without it stays dead',
  targets: 'nodes',
  parameters,
  permanentWithoutFor: true,
  async inject(target, _parameters, { nodes, workers, servers }, signal) {
    signal.throwIfAborted()
    const processes = [...nodes, ...workers]
    const victims = [...processes, ...servers].filter((node) => target.nodes.includes(node.name) && node.pid !== null)
    if (victims.length === 0) throw new Error(`${target.text} has no process to kill`)
    const exits = await Promise.all(victims.map(async (node) => ({ node, exit: await node.kill() })))
    let heal: string | null = null
    return {
      get heal() {
        return heal
      },
      async evidence() {
        const ends = exits.map(({ node, exit }) => `${node.name} (boot ${exit.boot}) ended by ${exit.signal ?? `exit code ${exit.code}`}`)
        return {
          bit: exits.every(({ exit }) => exit.signal === 'SIGKILL'),
          lines: [...ends, ...(await Promise.all(processes.filter((node) => !victims.includes(node)).map(readinessOf)))],
        }
      },
      async [Symbol.asyncDispose]() {
        heal = await startAgain(victims)
      },
    }
  },
}

/** What a killed node leaves behind: the others must go on without it. */
function readinessOf(node: KillableProcess): Promise<string> {
  return node.ready(othersReadyTimeoutMs).then(
    () => `${node.name} answers ready`,
    (error: unknown) => `${node.name} is not ready: ${error instanceof Error ? error.message : String(error)}`,
  )
}

async function startAgain(victims: readonly KillableProcess[]): Promise<string> {
  await Promise.all(
    victims.map(async (node) => {
      if (node.pid === null) await node.restart()
      await node.ready(readyTimeoutMs)
    }),
  )
  return `${victims.map((node) => node.name).join(', ')} started again and ready`
}
