/**
 * Entry point of a small detached process that outlives the harness and leaves nothing of its run behind.
 * Arguments: run id. Lines on stdin: `group <pid>` (a process group was started), `gone <pid>`, `docker` (containers were started).
 * The end of stdin means that the harness has finished or was killed: only the kernel can tell us of a SIGKILL, and it does so by closing the pipe.
 */
import { execFile } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

const scanEveryMs = 25
const deadlineMs = 10_000

/** Sends SIGKILL; a process or group that is gone already is what we want. */
function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    process.stderr.write(`guard: ${pid}: ${String(error)}\n`)
  }
}

/** The environment of a process as `NAME=value` entries; none when it is gone or not ours. */
function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
  } catch {
    return []
  }
}

function processesOf(runId: string): readonly number[] {
  if (process.platform !== 'linux') return []
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
  return pids.filter((pid) => environmentOf(pid).includes(`SHAKEDOWN_RUN=${runId}`)).map(Number)
}

/** A process between fork and exec still shows its parent's environment, so it takes several empty looks to be sure. */
async function killAll(runId: string): Promise<void> {
  const startedMs = performance.now()
  for (let emptyLooks = 0; emptyLooks < 4 && performance.now() - startedMs < deadlineMs; await delay(scanEveryMs)) {
    const pids = processesOf(runId)
    emptyLooks = pids.length === 0 ? emptyLooks + 1 : 0
    for (const pid of pids) killHard(pid)
  }
}

function docker(args: readonly string[]): Promise<string> {
  return new Promise((resolve) =>
    execFile('docker', args, { timeout: deadlineMs }, (error, stdout) => {
      if (error !== null) process.stderr.write(`guard: docker ${args.join(' ')}: ${error.message}\n`)
      resolve(stdout)
    }),
  )
}

async function removeContainers(runId: string): Promise<void> {
  const ids = (await docker(['ps', '--all', '--quiet', '--filter', `label=shakedown.run=${runId}`])).split('\n').filter((id) => id !== '')
  if (ids.length > 0) await docker(['rm', '--force', ...ids])
}

// The terminal's Ctrl-C and the end of a CI job reach everyone at once; this process must still be there when the harness is gone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.stderr.write(`guard: ${signal} ignored\n`))

const runId = process.argv[2]
if (runId === undefined || runId === '') throw new Error('guard: the run id is missing')
const groups = new Set<number>()
let containers = false
for await (const line of createInterface({ input: process.stdin })) {
  const [word, pid] = line.split(' ')
  if (word === 'group') groups.add(Number(pid))
  if (word === 'gone') groups.delete(Number(pid))
  if (word === 'docker') containers = true
}
for (const pid of groups) killHard(-pid)
await killAll(runId)
if (containers) await removeContainers(runId)
