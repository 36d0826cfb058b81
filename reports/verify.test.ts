import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { HistoryError } from './history/history-error.ts'
import { verifyRun } from './verify.ts'

const root = mkdtempSync(join(tmpdir(), 'verify-'))
afterAll(() => {
  rmSync(root, { recursive: true })
})

/** A folder as a run leaves it that was killed right after it began. */
function killedRun(name: string): string {
  const folder = join(root, name)
  for (const part of ['history', 'journals']) mkdirSync(join(folder, part), { recursive: true })
  const guarantees = { ack: 'majority', delivery: 'every-member', order: 'room', recoveryMs: 5000 }
  const manifest = {
    version: 1,
    runId: name,
    closed: false,
    seed: 7,
    mutant: null,
    originNs: '0',
    startedAt: '2026-01-01T00:00:00.000Z',
    experiment: { name: 'steady', hypothesis: '', topology: 'single', scenario: 'steady-chat', guarantees, thresholds: [], phases: {} },
    components: [],
    versions: {},
    machine: { platform: 'linux', cpus: 1, memoryBytes: 1, cpuModel: '' },
    capabilities: ['sync', 'receipts', 'status'],
    clients: [],
    writers: [],
    nodes: [],
    plannedKills: [],
    phases: [],
    settleMs: 1,
    quiescenceMs: 1,
    replay: 'npx shakedown run steady --seed 7',
  }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
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
