/** Real Artillery, real socketio-v3 scripts, a real Socket.IO server. */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Server } from 'socket.io'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runArtillery } from '../artillery.ts'
import { childRuntime } from './child-runtime.fixture.ts'
import { validateScript } from './validate-script.ts'

interface Seen {
  joined: number
  greeted: number
  namespaced: number
  unanswered: number
}

const http = createServer()
let folder = ''
let server = new Server()
let refusing = false
let seen: Seen = { joined: 0, greeted: 0, namespaced: 0, unanswered: 0 }

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shakedown-engine-'))
  seen = { joined: 0, greeted: 0, namespaced: 0, unanswered: 0 }
  server = new Server(http)
  refusing = false
  server.use((_socket, admit) => admit(refusing ? new Error('not again') : undefined))
  server.on('connection', (socket) => {
    socket.on('join', (room: string, answer: (reply: object) => void) => {
      seen.joined++
      answer({ id: `${room}-7` })
    })
    socket.on('greet', (name: string) => {
      seen.greeted++
      socket.emit('greeting', `hello ${name}`)
    })
    socket.on('never', () => void seen.unanswered++)
    socket.on('cut', (answer: () => void) => {
      refusing = true
      answer()
      socket.conn.close()
    })
  })
  server.of('/news').on('connection', (socket) => socket.on('read', () => void seen.namespaced++))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
})

afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function play(
  script: string,
  watchdogMs = 40_000,
  users = 4,
): Promise<{ code: number | null; watchdog: boolean; counters: Record<string, number>; output: string }> {
  const path = join(folder, 'script.yml')
  writeFileSync(path, script)
  expect(validateScript(path)).toEqual([])
  const port = (http.address() as AddressInfo).port
  await using artillery = await runArtillery({
    script: path,
    runtime: childRuntime,
    targetUrl: `http://127.0.0.1:${port}`,
    clients: 0,
    controlPath: null,
    folder,
    watchdogMs,
    phases: [{ duration: 1, arrivalRate: users }],
  })
  const { code, watchdog } = await artillery.exited
  if (watchdog) return { code, watchdog, counters: {}, output: artillery.tail() }
  const report: { aggregate: { counters: Record<string, number> } } = JSON.parse(readFileSync(join(folder, 'artillery.json'), 'utf8'))
  return { code, watchdog, counters: report.aggregate.counters, output: artillery.tail() }
}

const socketioScript = (engine: string): string => `
config:
  target: "http://localhost:3000"
  phases:
    - duration: 5
      arrivalRate: 1
  engines:
    ${engine}:
      query:
        token: secret-token
scenarios:
  - name: My first scenario
    engine: ${engine}
    flow:
      - emit: ["join", "lobby"]
        acknowledge:
          match:
            json: $.id
            value: lobby-7
      - emit:
        - greet
        - "world"
        response:
          on: greeting
          args: ["hello world"]
      - emit: ["read", "today"]
        namespace: /news
      - think: 1
`

test.each(['chat', 'socketio-v3'])('a plain socketio-v3 script does the same under the engine %s', async (engine) => {
  const { code, counters, output } = await play(socketioScript(engine))
  expect(code, output).toBe(0)
  expect(counters, output).toMatchObject({ 'vusers.created': 4, 'vusers.completed': 4, 'engine.socketio.emit': 12 })
  expect(seen).toEqual({ joined: 4, greeted: 4, namespaced: 4, unanswered: 0 })
})

test('an answer that never comes ends at the deadline, loops repeat, and captured values are filled in', async () => {
  const { code, counters, output } = await play(`
config:
  target: http://localhost:3000
  timeout: 1
  engines:
    chat: {}
scenarios:
  - engine: chat
    flow:
      - emit: [join, lobby]
        acknowledge: { capture: { json: $.id, as: member } }
      - loop:
          - emit: [greet, "{{ member }}"]
            response: { on: greeting, args: [hello lobby-7] }
          - think: 10ms
        count: 3
      - emit: [never]
        acknowledge: {}
`)
  expect(code, output).toBe(0)
  expect(seen).toEqual({ joined: 4, greeted: 12, namespaced: 0, unanswered: 4 })
  expect(counters, output).toMatchObject({ 'vusers.failed': 4, 'errors.emit timeout': 4, 'engine.chat.loop': 4, 'engine.chat.think': 12 })
})

test('a step that calls back again, because its connection is cut and refused later, is over once and its late callback counted', async () => {
  const { code, counters, output } = await play(
    `
config:
  target: http://localhost:3000
  engines:
    chat: { reconnectionDelay: 50 }
scenarios:
  - engine: chat
    flow:
      - emit: [cut]
        acknowledge: {}
      - think: 2s
`,
    40_000,
    1,
  )
  expect(code, output).toBe(0)
  expect(counters, output).toMatchObject({ 'engine.chat.late_callbacks': 1, 'vusers.created': 1, 'vusers.completed': 1, 'engine.chat.emit': 1 })
  expect(counters['vusers.failed'] ?? 0).toBe(0)
})

test('the watchdog ends Artillery for certain', async () => {
  const { watchdog } = await play(socketioScript('chat').replace('think: 1', 'think: 1000'), 4000)
  expect(watchdog).toBe(true)
})

test('a chat verb without a run fails and says how to play it', async () => {
  const { code, counters } = await play('config: { target: "http://x", engines: { chat: {} } }\nscenarios: [{ engine: chat, flow: [{ login: {} }] }]')
  expect(code).toBe(0)
  expect(Object.keys(counters).join()).toContain('login needs a run')
})
