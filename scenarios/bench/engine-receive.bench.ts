/**
 * CPU per receive of a recorded client (reference client, recorder, history file) against plain socket.io-client, in the same run:
 * `node scenarios/bench/engine-receive.bench.ts`. The server is a process of its own, so that only receiving is measured. Goal: <= 1.3 x plain.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { io, type Socket } from 'socket.io-client'
import { createHistoryWriter } from '../../reports/history/writer.ts'
import { withDeadline } from '../deadline.ts'
import { drivers } from '../drivers/table.ts'
import { LoadMeter } from '../load-meter.ts'
import { makeBody } from '../message-body.ts'
import { seededRandom } from '../random.ts'
import type { IntendedTimes } from '../own-messages.ts'
import { RecordedClient } from '../recorded-client.ts'
import { startSmallChat } from './small-chat.ts'

const clients = 20
const messagesPerRound = 3000
const messagesPerTick = 2
const rounds = 3
const roundTimeoutMs = 20_000
type Say = { room: string; messages: number }

async function serve(): Promise<void> {
  const chat = await startSmallChat()
  const random = seededRandom(1)
  let counter = 0
  process.on('message', ({ room, messages }: Say) => {
    let left = messages
    const timer = setInterval(() => {
      for (let index = 0; index < messagesPerTick && left > 0; index++, left--) chat.say(room, makeBody(1, counter++, room, 160, random))
      if (left === 0) clearInterval(timer)
    }, 2)
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.(chat.url)
}

/** Microseconds of this process's CPU per receive while the server says a round's messages to that room. */
async function round(server: ChildProcess, room: string, received: () => number): Promise<number> {
  const wanted = received() + messagesPerRound * clients
  const before = process.cpuUsage()
  const deadline = Date.now() + roundTimeoutMs
  server.send({ room, messages: messagesPerRound } satisfies Say)
  while (received() < wanted) {
    if (Date.now() > deadline) throw new Error(`waited ${roundTimeoutMs} ms for ${wanted} receives in ${room}: ${received()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const used = process.cpuUsage(before)
  return (used.user + used.system) / (messagesPerRound * clients)
}

async function connectPlain(url: string, onEntry: () => void): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < clients) {
    const socket = io(url, { transports: ['websocket'], forceNew: true, auth: { deviceId: 'plain' } })
    socket.on('entry', onEntry)
    const hello = new Promise<void>((resolve) => socket.once('hello', () => resolve()))
    await withDeadline(hello, 5000, () => `a plain client to connect to ${url}`, 'connect_timeout')
    await socket.timeout(5000).emitWithAck('sync:begin', { rooms: { plain: { epoch: 'epoch-1', appliedSeq: 0 } } })
    sockets.push(socket)
  }
  return sockets
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-bench-'))
  const server = fork(fileURLToPath(import.meta.url), ['serve'])
  const [url]: unknown[] = await withDeadline(once(server, 'message'), 10_000, () => 'the server to start', 'start_timeout')
  if (typeof url !== 'string') throw new Error('the server gave no URL')
  const originNs = process.hrtime.bigint()
  const writer = createHistoryWriter({ folder, writer: 'bench', originNs })
  const meter = new LoadMeter()
  const intendedTimes: IntendedTimes = []
  let plainReceived = 0
  const sockets = await connectPlain(url, () => void plainReceived++)
  const driver = drivers[0]
  if (driver === undefined) throw new Error('no driver')
  const driven = []
  for (let number = 0; number < clients; number++) {
    const recorder = new RecordedClient({
      client: number,
      device: `device-${number}`,
      writer,
      meter,
      intendedTimes,
      nowNs: () => Number(process.hrtime.bigint() - originNs),
      random: seededRandom(number),
    })
    const client = await driver.connect({ user: `user-${number}`, device: `device-${number}`, token: 'token', url }, recorder, {
      connectTimeoutMs: 5000,
      mutant: null,
    })
    await client.join('recorded')
    driven.push(client)
  }
  const plainUs: number[] = []
  const recordedUs: number[] = []
  // The first round of each warms up and doesn't count.
  for (let index = 0; index <= rounds; index++) {
    plainUs.push(await round(server, 'plain', () => plainReceived))
    recordedUs.push(await round(server, 'recorded', () => meter.applied))
    writer.flush()
  }
  const best = (figures: number[]): number => Math.min(...figures.slice(1))
  const rows = writer.rows
  console.log(
    `engine-receive  plain ${best(plainUs).toFixed(1)} us  recorded ${best(recordedUs).toFixed(1)} us a receive  ratio ${(best(recordedUs) / best(plainUs)).toFixed(2)}  (${clients} clients, ${rows} rows, best of ${rounds} rounds of ${messagesPerRound * clients} receives)`,
  )
  for (const socket of sockets) socket.disconnect()
  for (const client of driven) await client[Symbol.asyncDispose]()
  writer.close()
  server.disconnect()
  rmSync(folder, { recursive: true, force: true })
}

await (process.argv[2] === 'serve' ? serve() : measure())
