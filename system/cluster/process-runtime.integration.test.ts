import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { waitUntil } from '../components/wait.ts'
import { createProcessRuntime } from './process-runtime.ts'

let folder = ''
let runId = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shakedown-runtime-'))
  runId = `test-${process.pid}-${folder.slice(-6)}`
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A zombie counts as gone: it runs nothing and only waits for its parent to look. */
async function alive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  return stat !== null && !/^\d+ \(.*\) [ZX]/s.test(stat)
}

test('no process is alive 2 s after the harness was killed, not even one that left its group', async () => {
  const harness = spawn(process.execPath, [fileURLToPath(new URL('fixtures/harness.ts', import.meta.url)), folder, runId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: harness.stdout }), 'line')) as [string]
  const pids = line.split(' ').slice(1).map(Number)
  expect(await Promise.all(pids.map(alive))).toEqual([true, true, true])

  harness.kill('SIGKILL')
  await once(harness, 'exit')
  await waitUntil('all processes of the run to be gone', 2_000, async () => {
    const left = (await Promise.all(pids.map(async (pid) => ((await alive(pid)) ? [pid] : [])))).flat()
    return left.length === 0 ? null : `still alive: ${left.join(', ')}`
  })
})

test('disposing stops everything, the newest first, and keeps the logs', async () => {
  const order: string[] = []
  const runtime = await createProcessRuntime({ logFolder: folder, runId })
  const first = await runtime.spawn({ name: 'first', command: 'sh', args: ['-c', 'echo one; exec sleep 300'] })
  const second = await runtime.spawn({ name: 'second', command: 'sleep', args: ['300'] })
  void first.exited.then(() => order.push('first'))
  void second.exited.then(() => order.push('second'))
  await first.line(/one/, 5_000)
  await runtime[Symbol.asyncDispose]()
  expect(order).toEqual(['second', 'first'])
  expect(await readFile(join(folder, 'first.log'), 'utf8')).toBe('one\n')
  expect((await first.exited).signal).toBe('SIGTERM')
  await expect(runtime.spawn({ name: 'late', command: 'sleep', args: ['1'] })).rejects.toThrow(/the run is ending/)
})

test('a paused program that ignores SIGTERM is stopped all the same', async () => {
  await using runtime = await createProcessRuntime({ logFolder: folder, runId })
  const stubborn = await runtime.spawn({ name: 'stubborn', command: 'sh', args: ['-c', "trap '' TERM; echo ready; while :; do sleep 1; done"] })
  await stubborn.line(/ready/, 5_000)
  stubborn.signal('SIGSTOP')
  expect((await stubborn.stop(200)).signal).toBe('SIGKILL')
})

test('waiting for a line that never comes quotes what was printed', async () => {
  await using runtime = await createProcessRuntime({ logFolder: folder, runId })
  const short = await runtime.spawn({ name: 'short', command: 'sh', args: ['-c', 'echo bad option >&2; exit 3'] })
  await expect(short.line(/ready/, 5_000)).rejects.toThrow(/short ended with code 3 before it printed \/ready\/; it printed last:\nbad option/)
  const silent = await runtime.spawn({ name: 'silent', command: 'sleep', args: ['300'] })
  await expect(silent.line(/ready/, 100)).rejects.toThrow(/silent took 100 ms/)
})

test('a program that does not exist is an error that names it', async () => {
  await using runtime = await createProcessRuntime({ logFolder: folder, runId })
  await expect(runtime.spawn({ name: 'ghost', command: '/no/such/program', args: [] })).rejects.toThrow(/ghost could not be started: .*ENOENT/)
})

test('ports differ and can be bound', async () => {
  await using runtime = await createProcessRuntime({ logFolder: folder, runId })
  const ports = await Promise.all(Array.from({ length: 20 }, () => runtime.port()))
  expect(new Set(ports).size).toBe(20)
})
