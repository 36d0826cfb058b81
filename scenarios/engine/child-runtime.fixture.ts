/** Programs as plain child processes, for tests of the load alone. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ProgramRuntime, StartedProgram } from '../artillery.ts'

export const childRuntime: ProgramRuntime = {
  async spawn({ command, args, env, cwd }): Promise<StartedProgram> {
    const child = spawn(command, args, { env: { ...process.env, ...env }, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (output += chunk.toString()))
    const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
      child.once('close', (code, signal) => resolve({ code, signal })),
    )
    const stop = async (graceMs: number): Promise<{ code: number | null; signal: NodeJS.Signals | null }> => {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      return exited.finally(() => clearTimeout(timer))
    }
    await once(child, 'spawn')
    return { pid: child.pid ?? -1, exited, tail: () => output.slice(-4000), stop }
  },
}
