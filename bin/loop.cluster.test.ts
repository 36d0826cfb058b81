import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { uploadStates } from '../reports/history/codes.ts'
import { openHistory } from '../reports/history/open-history.ts'
import type { Result } from '../reports/result.ts'
import { entryPoint, shakedown } from './spawn-shakedown.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shakedown-test-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const resultOf = (run: string) => JSON.parse(readFileSync(join(run, 'result.json'), 'utf8')) as Result

test('redis-drop ends valid, its cut bit, and verify gives the same result from the folder alone', async () => {
  const run = join(folder, 'redis-drop')
  const ended = await shakedown(['run', 'redis-drop', '--seed', '11', '--out', run], 150_000)
  // 1: a threshold of speed was missed, which a busy machine may cause; what is proved here is correctness.
  expect([0, 1], ended.output).toContain(ended.exitCode)
  const result = resultOf(run)
  expect(result.verdict).toBe('valid')
  expect(result.faults.every((fault) => fault.bit && fault.evidence.length > 0)).toBe(true)
  expect(result.counts.acked).toBeGreaterThan(1_000)
  const again = await shakedown(['verify', run], 60_000)
  expect(again.exitCode).toBe(ended.exitCode)
  expect({ ...resultOf(run), writtenAt: '' }).toEqual({ ...result, writtenAt: '' })
})

test('the canary: a node that acks before it commits is judged invalid, with a story', async () => {
  const run = join(folder, 'canary')
  const ended = await shakedown(['run', 'node-kill', '--mutant', 'ack-before-commit', '--seed', '77', '--out', run], 150_000)
  expect(ended.exitCode, ended.output).toBe(2)
  const caught = resultOf(run).checks.find((check) => check.name === 'acked-is-stored')
  expect(caught?.verdict).toBe('invalid')
  expect(caught?.evidence[0]?.events.length).toBeGreaterThan(1)
})

test('scanner-drop: no file is served while its verdict is owed, and each gets one once the scanner is back', async () => {
  const run = join(folder, 'scanner-drop')
  const ended = await shakedown(['run', 'scanner-drop', '--out', run], 150_000)
  expect([0, 1], ended.output).toContain(ended.exitCode)
  const result = resultOf(run)
  expect(result.verdict).toBe('valid')
  const quarantine = result.checks.find((check) => check.name === 'quarantine')
  expect(quarantine?.figures).toMatchObject({ served: expect.any(Number), refused: expect.any(Number) })
  expect(Number(quarantine?.figures['served'])).toBeGreaterThan(50)
  expect(result.components.map(({ name }) => name)).toContain('clamd')
})

test('scanner-kill: what was uploaded while the scan worker was dead gets its verdict from the next one', async () => {
  const run = join(folder, 'scanner-kill')
  const ended = await shakedown(['run', 'scanner-kill', '--out', run], 150_000)
  expect([0, 1], ended.output).toContain(ended.exitCode)
  expect(resultOf(run).verdict).toBe('valid')
  const history = openHistory(run)
  const [fault] = history.faults
  expect(fault).toMatchObject({ bit: true, heal: 'scanner started again and ready', divergence: null })
  expect(fault?.evidence[0]).toBe('scanner (boot 1) ended by SIGKILL')
  const { node, boot, message, extra, tNs } = history.journals
  const isDead = (row: number) => tNs[row]! > fault!.injectedAtMs * 1e6 && tNs[row]! < fault!.healedAtMs! * 1e6
  const states = [...history.journalRowsOf('uploadState')]
  const waited = new Set(states.filter((row) => extra[row] === uploadStates.scanning && isDead(row)).map((row) => message[row]))
  const byNext = states.filter((row) => history.nodes[node[row]!] === 'scanner' && boot[row] === 2 && waited.has(message[row]))
  expect(waited.size).toBeGreaterThan(5)
  expect(new Set(byNext.map((row) => message[row])).size).toBeGreaterThan(5)
})

test('after SIGKILL of the harness no process of the run is alive 2 s later, and its folder is judged unknown', async () => {
  const run = join(folder, 'killed')
  const harness = spawn(process.execPath, [entryPoint, 'run', 'redis-drop', '--out', run], { stdio: 'ignore' })
  await until('the load workers record', 90_000, () => existsSync(join(run, 'history')) && readdirSync(join(run, 'history')).length >= 4)
  const runId = (JSON.parse(readFileSync(join(run, 'manifest.json'), 'utf8')) as { runId: string }).runId
  expect(processesOf(runId).length).toBeGreaterThan(5)
  harness.kill('SIGKILL')
  await until('every process of the run to be gone', 2_000, () => processesOf(runId).length === 0)
  const verified = await shakedown(['verify', run], 60_000)
  expect(verified.exitCode, verified.output).toBe(3)
})

test('Ctrl-C ends everything in order, tells what was done, and exits 130', async () => {
  const run = join(folder, 'interrupted')
  const harness = spawn(process.execPath, [entryPoint, 'run', 'steady', '--out', run], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [harness.stdout, harness.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await until('the load workers record', 90_000, () => existsSync(join(run, 'history')) && readdirSync(join(run, 'history')).length >= 4)
  const runId = (JSON.parse(readFileSync(join(run, 'manifest.json'), 'utf8')) as { runId: string }).runId
  const ended = new Promise<number | null>((resolve) => harness.once('exit', resolve))
  harness.kill('SIGINT')
  await until('the harness to end', 20_000, () => harness.exitCode !== null)
  expect(await ended).toBe(130)
  expect(output).toContain('interrupted')
  expect(output).toContain('again: npx shakedown run steady')
  await until('every process of the run to be gone', 2_000, () => processesOf(runId).length === 0)
})

/** Linux: the run's id is in the environment of all that belongs to it. */
function processesOf(runId: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`SHAKEDOWN_RUN=${runId}`)
      } catch {
        // It ended while we looked, or it isn't ours to read.
        return false
      }
    })
}

async function until(what: string, timeoutMs: number, reached: () => boolean): Promise<void> {
  await expect.poll(reached, { timeout: timeoutMs, interval: 50, message: `waited ${timeoutMs} ms for ${what}` }).toBe(true)
}
