/** The whole load without a cluster: real Artillery, engine, control socket, reference client and history files against a small chat. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runArtillery } from './artillery.ts'
import { assignClients } from './assignments.ts'
import { startSmallChat } from './bench/small-chat.ts'
import { steadyChat } from './catalog/steady-chat.ts'
import { startControlServer } from './control-server.ts'
import { childRuntime } from './engine/child-runtime.fixture.ts'
import { messageIdOf } from './message-body.ts'
import { scriptVariables, type Scenario } from './scenario.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'shakedown-load-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a scenario is played from warm-up to the end: each message is sent, acked, applied by all, and every file is closed', async () => {
  // The small chat takes messages only.
  const scenario: Scenario = { ...steadyChat, rooms: 4, membersPerRoom: 3, mix: { reply: 0.2 } }
  await using chat = await startSmallChat()
  const assignments = assignClients(scenario, 7).map((client) => ({ ...client, token: 'token', url: chat.url }))
  const originNs = process.hrtime.bigint()
  await using control = await startControlServer({ originNs, historyFolder: join(folder, 'history'), driver: 'reference', mutant: null, seed: 7, assignments })
  await using artillery = await runArtillery({
    script: scenario.script,
    runtime: childRuntime,
    targetUrl: chat.url,
    clients: assignments.length,
    controlPath: control.path,
    folder,
    watchdogMs: 45_000,
    variables: scriptVariables(scenario),
  })
  await control.allAssigned(20_000)
  await control.allArrived(20_000)
  let atNs = process.hrtime.bigint()
  for (const name of ['warmup', 'steady', 'impact', 'recovery']) {
    control.phase(name, atNs, 1500)
    atNs += 1_500_000_000n
  }
  await expect
    .poll(
      () =>
        process.hrtime.bigint() > atNs &&
        control.progress().intended > 0 &&
        control.progress().acked === control.progress().intended &&
        control.pending() === null,
      { timeout: 15_000, interval: 200 },
    )
    .toBe(true)
  await expect.poll(() => control.progress().applied === control.progress().acked * 3, { timeout: 5000 }).toBe(true)
  const { intended, deliveryP99Ms: _, ...rest } = control.progress()
  control.end()
  await control.allClosed(5000)
  expect((await artillery.exited).code, artillery.tail()).toBe(0)
  expect(control.problems).toEqual([])
  expect(rest).toMatchObject({ connected: 12, failed: 0, unknown: 0 })
  // 4 rooms x 8 messages/s x 6 s, one room silent for the last 2.5 s: 172, give or take five standard deviations.
  expect(intended).toBeGreaterThan(172 - 66)
  expect(intended).toBeLessThan(172 + 66)
  const stored = [...chat.rooms.values()].flat().flatMap((entry) => (entry.message?.body ? [messageIdOf(entry.message.body)] : []))
  expect(new Set(stored).size).toBe(intended)
  expect(control.closedFiles.map((file) => file.name)).toEqual([
    expect.stringMatching(/^load-\d+\.rows\.arrow$/),
    expect.stringMatching(/^load-\d+\.names\.arrow$/),
  ])
  expect(control.closedFiles[0]?.rows).toBeGreaterThan(intended * 8)
})
