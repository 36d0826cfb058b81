import { z } from 'zod'
import type { RunningNode } from '../../system/cluster/cluster.ts'
import type { Fault } from './fault.ts'

const readyTimeoutMs = 15_000
const parameters = z.strictObject({})

export const kill: Fault<typeof parameters> = {
  name: 'kill',
  summary: 'SIGKILL a node; with `for` it is started again after that time, without it stays dead',
  targets: 'nodes',
  parameters,
  permanentWithoutFor: true,
  async inject(target, _parameters, { nodes }, signal) {
    signal.throwIfAborted()
    const victims = nodes.filter((node) => target.nodes.includes(node.name) && node.pid !== null)
    const [first] = victims
    if (first === undefined) throw new Error(`${target.text} has no process to kill`)
    const exits = await Promise.all(victims.map(async (node) => ({ node, exit: await node.kill() })))
    let heal: string | null = null
    return {
      get heal() {
        return heal
      },
      evidence: () => Promise.resolve({ bit: exits.every(({ exit }) => exit.signal === 'SIGKILL'), lines: exits.map(({ node, exit }) => `${node.name} (boot ${exit.boot}) ended by ${exit.signal ?? `exit code ${exit.code}`}`) }),
      async [Symbol.asyncDispose]() {
        heal = await startAgain(victims)
      },
    }
  },
}

async function startAgain(victims: readonly RunningNode[]): Promise<string> {
  await Promise.all(victims.map(async (node) => {
    if (node.pid === null) await node.restart()
    await node.ready(readyTimeoutMs)
  }))
  return `${victims.map((node) => node.name).join(', ')} started again and ready`
}
