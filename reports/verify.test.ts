import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { HistoryError } from './history/history-error.ts'
import { smallManifest } from './history/test-run.ts'
import { verifyRun } from './verify.ts'

const root = mkdtempSync(join(tmpdir(), 'verify-'))
afterAll(() => {
  rmSync(root, { recursive: true })
})

/** A folder as a run leaves it that was killed right after it began. */
function killedRun(name: string): string {
  const folder = join(root, name)
  for (const part of ['history', 'journals']) mkdirSync(join(folder, part), { recursive: true })
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(smallManifest({ runId: name, closed: false })))
  return folder
}

test('a killed run is unknown, exit code 3, and says why', () => {
  expect(verifyRun(killedRun('killed'), { writtenAt: 'now' })).toMatchObject({
    verdict: 'unknown',
    exitCode: 3,
    folder: 'killed',
    reasons: ['the run was ended before its end was recorded'],
  })
})

test('the same folder, here or moved, gives the same bytes but for the time of writing', () => {
  const folder = killedRun('twice')
  const moved = join(root, 'elsewhere', 'twice')
  cpSync(folder, moved, { recursive: true })
  const first = JSON.stringify(verifyRun(folder, { writtenAt: 'now' }))
  expect(JSON.stringify(verifyRun(moved, { writtenAt: 'now' }))).toBe(first)
  expect(JSON.stringify({ ...verifyRun(folder, { writtenAt: 'later' }), writtenAt: 'now' })).toBe(first)
})

test('what is no run at all is refused', () => {
  expect(() => verifyRun(join(root, 'nothing'), { writtenAt: 'now' })).toThrow(HistoryError)
})
