/** The watchdog against a program that doesn't heed it: a stand-in for Artillery, started by a real runtime. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runArtillery, type ProgramRuntime } from './artillery.ts'
import { childRuntime } from './engine/child-runtime.fixture.ts'

const deaf = `
  process.on('SIGTERM', () => console.log('no'))
  setInterval(() => {}, 1000)
  console.log('started')
`

/** Starts the deaf program in Artillery's place, and waits until it no longer heeds SIGTERM. */
const deafRuntime: ProgramRuntime = {
  async spawn(program) {
    const started = await childRuntime.spawn({ ...program, args: ['-e', deaf] })
    await expect.poll(() => started.tail(), { timeout: 10_000 }).toContain('started')
    return started
  },
}

test('the watchdog asks with SIGTERM, and ends what ignores that with SIGKILL', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-artillery-'))
  try {
    await using artillery = await runArtillery({
      script: 'unused.yml',
      runtime: deafRuntime,
      targetUrl: 'http://127.0.0.1:1',
      clients: 1,
      controlPath: null,
      folder,
      watchdogMs: 300,
    })
    await expect.poll(() => artillery.tail(), { timeout: 10_000 }).toContain('no')
    expect(await artillery.exited).toEqual({ code: null, signal: 'SIGKILL', watchdog: true })
    expect(() => process.kill(artillery.pid, 0)).toThrow('ESRCH')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
