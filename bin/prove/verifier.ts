/** The parts of the proof that need no cluster: histories by hand and oracles as tests, mutators measured here. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { z } from 'zod'
import { cleanRun } from '../../reports/mutators/clean-run.ts'
import { measureAll, type Sighting } from '../../reports/mutators/measure.ts'

export interface TestCount {
  passed: number
  failed: number
}
export interface VerifierProof {
  /** Null: the test runner, a development dependency, is not installed. */
  tests: Record<'histories' | 'oracles', TestCount> | null
  sightings: readonly Sighting[]
  proved: boolean
}

const guarantees = { ack: 'majority', delivery: 'every-member', order: 'room', recoveryMs: 5000 } as const
const size = { rooms: 20, clients: 60, messages: 5_000, odd: 8 }
const planted = { guarantees, count: 4 }
const seeds = [1, 2, 3]
const testDeadlineMs = 180_000
const root = join(import.meta.dirname, '..', '..')
const folders = { histories: 'reports/checks', oracles: 'reports/oracles' } as const

/** Reports of the tests are left in `folder`. */
export async function proveVerifier(folder: string, signal: AbortSignal): Promise<VerifierProof> {
  const runner = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const count = (name: keyof typeof folders) => countTests(runner, folders[name], join(folder, `${name}.json`), signal)
  const tests = existsSync(runner) ? { histories: await count('histories'), oracles: await count('oracles') } : null
  const sightings = measureAll(cleanRun(size), planted, seeds)
  const isClean = sightings.every((one) => one.caught === one.planted && one.falseAlarms === 0)
  const isTested = tests !== null && Object.values(tests).every(({ passed, failed }) => passed > 0 && failed === 0)
  return { tests, sightings, proved: isClean && isTested }
}

const reportShape = z.object({ numPassedTests: z.number(), numFailedTests: z.number(), numFailedTestSuites: z.number() })

async function countTests(runner: string, tests: string, report: string, signal: AbortSignal): Promise<TestCount> {
  const words = [runner, 'run', '--project', 'unit', '--reporter=json', `--outputFile=${report}`, tests]
  const ended = await execa(process.execPath, words, { cwd: root, reject: false, all: true, timeout: testDeadlineMs, cancelSignal: signal })
  signal.throwIfAborted()
  if (ended.timedOut) throw new Error(`the tests in ${tests} did not end within ${testDeadlineMs / 1000} s`)
  if (!existsSync(report)) throw new Error(`the tests in ${tests} left no report: ${ended.all.slice(-300)}`)
  const { numPassedTests, numFailedTests, numFailedTestSuites } = reportShape.parse(JSON.parse(readFileSync(report, 'utf8')))
  return { passed: numPassedTests, failed: Math.max(numFailedTests, numFailedTestSuites) }
}
