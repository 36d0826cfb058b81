/** For tests: the command as a stranger runs it, in its own process, with a deadline. */
import { execa } from 'execa'
import { join } from 'node:path'

export const entryPoint = join(import.meta.dirname, 'shakedown.ts')

export interface Ended {
  exitCode: number | undefined
  output: string
}

export async function shakedown(words: readonly string[], timeoutMs: number): Promise<Ended> {
  const ended = await execa(process.execPath, [entryPoint, ...words], { reject: false, all: true, timeout: timeoutMs, forceKillAfterDelay: 5_000 })
  if (ended.timedOut) throw new Error(`shakedown ${words.join(' ')} did not end within ${timeoutMs} ms; it printed:\n${ended.all}`)
  return { exitCode: ended.exitCode, output: ended.all }
}
