/** One external command, run to its end: what it said and how long it took. Never rejects: a missing program or a passed deadline is an answer too. */
import { execa } from 'execa'
import type { Search } from './component.ts'

export interface CommandResult {
  ok: boolean
  stdout: string
  /** Standard output and error together. */
  output: string
  /** Why it failed, on one line; empty when ok. */
  why: string
}

export interface CommandOptions {
  timeoutMs: number
  environment: Search['environment']
  /** Added to the environment. */
  add?: Readonly<Record<string, string>>
}

/** The last line that says something, which is where tools put the reason. */
function lastLine(output: string): string {
  return output.trimEnd().split('\n').at(-1)?.trim() ?? ''
}

export async function runCommand(command: string, args: readonly string[], { timeoutMs, environment, add }: CommandOptions): Promise<CommandResult> {
  const result = await execa(command, args, {
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: timeoutMs,
    extendEnv: false,
    env: { ...environment, ...add },
    forceKillAfterDelay: 500,
  })
  const output = result.all ?? ''
  if (!result.failed) return { ok: true, stdout: result.stdout, output, why: '' }
  const reason = result.timedOut
    ? `no answer within ${timeoutMs / 1000} s`
    : result.code === 'ENOENT'
      ? 'not on PATH'
      : lastLine(output) || `exit code ${result.exitCode}`
  return { ok: false, stdout: result.stdout, output, why: `${command}: ${reason}` }
}
