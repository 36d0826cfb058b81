/** The verb `reconnect` as a script plays it: real Artillery, control socket, reference client and history file against a small chat. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../reports/history/kinds.ts'
import { readRowFile } from '../../reports/history/reader.ts'
import { runArtillery } from '../artillery.ts'
import type { ClientAssignment } from '../control-messages.ts'
import { startSmallChat } from '../bench/small-chat.ts'
import { startControlServer } from '../control-server.ts'
import { childRuntime } from './child-runtime.fixture.ts'

const script = `
config:
  target: http://127.0.0.1:3000
  engines: { chat: {} }
scenarios:
  - engine: chat
    flow:
      - login: {}
      - join: {}
      - reconnect: { timeout: 5s }
      - talk: { ratePerSecond: 20, bodyBytes: 100 }
      - stay: {}
`

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'shakedown-reconnect-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const assignment = (number: number, url: string): ClientAssignment => ({
  number,
  user: `user-${number + 1}`,
  device: `device-${number + 1}`,
  token: 'token',
  url,
  cohort: 'office',
  role: 'talker',
  rooms: ['room-1'],
  seed: number,
})

/** Connects and disconnects of each client, in their order. */
function sessionsIn(file: string): Record<number, string[]> {
  const sessions: Record<number, string[]> = {}
  readRowFile(file, (rows) => {
    for (let row = 0; row < rows.length; row++) {
      const name = rows.kind[row] === kinds.connect.code ? 'connect' : rows.kind[row] === kinds.disconnect.code ? 'disconnect' : null
      if (name !== null) (sessions[rows.client[row] ?? -1] ??= []).push(`${name} ${rows.session[row]}`)
    }
  })
  return sessions
}

test('each client drops its session, gets a second one, and goes on talking in its rooms', async () => {
  await using chat = await startSmallChat()
  const path = join(folder, 'script.yml')
  writeFileSync(path, script)
  const originNs = process.hrtime.bigint()
  const historyFolder = join(folder, 'history')
  const assignments = [assignment(0, chat.url), assignment(1, chat.url)]
  await using control = await startControlServer({ originNs, historyFolder, driver: 'reference', mutant: null, seed: 7, assignments })
  await using artillery = await runArtillery({
    script: path,
    runtime: childRuntime,
    targetUrl: chat.url,
    clients: 2,
    controlPath: control.path,
    folder,
    watchdogMs: 40_000,
  })
  await control.allArrived(20_000)
  control.phase('warmup', process.hrtime.bigint(), 60_000)
  await control.acked(10, 'room-1', 15_000)
  await expect.poll(() => control.progress().applied, { timeout: 5000 }).toBeGreaterThanOrEqual(20)
  control.end()
  await control.allClosed(5000)
  expect((await artillery.exited).code, artillery.tail()).toBe(0)
  expect(control.problems).toEqual([])
  const files = control.closedFiles.filter((file) => file.name.endsWith('.rows.arrow'))
  const once = ['connect 1', 'disconnect 1', 'connect 2']
  expect(Object.assign({}, ...files.map((file) => sessionsIn(join(historyFolder, file.name))))).toEqual({ 0: once, 1: once })
})
