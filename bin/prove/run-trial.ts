/** One trial, as a stranger would run it: in a process of its own, with a deadline. */
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { z } from 'zod'
import { broken, judged, type FinishedTrial } from './finished-trial.ts'
import type { Trial } from './proof-plan.ts'

const entryPoint = join(import.meta.dirname, '..', 'shakedown.ts')
const endingMs = 15_000
const lastWords = 300

const judgement = z.enum(['valid', 'invalid', 'unknown', 'not-applicable'])
const resultShape = z.object({
  verdict: z.enum(['valid', 'invalid', 'unknown']),
  checks: z.array(z.object({ name: z.string(), verdict: judgement })),
})

/** The run's folder is kept only when something must be looked at: a trial that missed or accused. */
export async function runTrial(trial: Trial, folder: string, deadlineMs: number, signal: AbortSignal): Promise<FinishedTrial> {
  const { mutant, experiment, seed, settings } = trial
  const words = ['run', experiment, '--seed', String(seed), '--out', folder, ...(mutant === null ? [] : ['--mutant', mutant])]
  const began = performance.now()
  const ended = await execa(process.execPath, [entryPoint, ...words, ...settings.flatMap((setting) => ['--set', setting])], {
    reject: false,
    all: true,
    timeout: deadlineMs,
    forceKillAfterDelay: endingMs,
    cancelSignal: signal,
  })
  signal.throwIfAborted()
  const seconds = Math.round((performance.now() - began) / 1000)
  if (ended.timedOut) return broken(trial, `it did not end within ${deadlineMs / 1000} s`, seconds)
  if (ended.exitCode === undefined || ended.exitCode > 3)
    return broken(trial, `exit ${ended.exitCode ?? ended.signal ?? 'unknown'}: ${ended.all.trim().slice(-lastWords)}`, seconds)
  return judged(trial, resultShape.parse(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))), seconds)
}

/** A trial that came out as it should leaves nothing behind. */
export async function forgetRun(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}
