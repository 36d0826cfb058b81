import { createServer, get } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { withExports } from './exports.ts'
import { RoomLog } from './room-log.ts'
import { signToken } from './tokens.ts'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ExportParts } from './exports.ts'
import type { LogStore } from './log-store.ts'
import type { StoredEntry } from './entries.ts'

const secret = 'a secret for tests only'
const head = 20_000
const body = 'x'.repeat(4000)
let server: Server | undefined
afterEach(() => void server?.close())

const entryOf = (seq: number): StoredEntry => ({
  _id: `m${seq}`,
  roomId: 'long',
  epoch: 'e',
  seq,
  rev: seq,
  kind: 'message',
  actorId: 'ann',
  operationId: `o${seq}`,
  payload: { type: 'text', body },
  body,
  at: 1,
  acceptedBy: 'n',
  attempt: 1,
})
const notUsed = (): never => expect.fail('an export only reads windows')
const log = (reads: number[]): LogStore => ({
  async readWindow({ after, upTo }) {
    if (after >= head) return []
    reads.push(after)
    return Array.from({ length: upTo - after }, (_, index) => entryOf(after + 1 + index))
  },
  insertBatch: notUsed,
  readHeads: notUsed,
  findOperation: notUsed,
  findMessages: notUsed,
  readChanges: notUsed,
  blankPayloads: notUsed,
  updateRecord: notUsed,
  audit: notUsed,
  findHeld: notUsed,
  findCarriers: notUsed,
})

async function request(reads: number[], errors: unknown[] = []): Promise<IncomingMessage> {
  const store = log(reads)
  const room = new RoomLog({
    roomId: 'long',
    epoch: 'e',
    membership: new Map([['ann', { role: 'owner', intervals: [{ joinedSeq: 1, leftSeq: null }], foldedSeq: 1 }]]),
    held: new Set(),
    isClosed: false,
    foldedThrough: head,
    log: store,
    node: 'n',
    nowMs: () => 1,
    onFolded: () => undefined,
    onCommitted: () => undefined,
    onError: notUsed,
  })
  const parts: ExportParts = {
    secret,
    rooms: { open: async () => room },
    lease: { isHeld: () => true },
    log: store,
    archive: null,
    auditPages: notUsed,
    onError: (error) => void errors.push(error),
  }
  const listening = createServer(withExports(parts, (_, response) => void response.writeHead(404).end()))
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo
  const headers = { authorization: `Bearer ${await signToken(secret, 'ann', 'd', 60)}` }
  return new Promise((resolve, reject) => void get({ port, host: '127.0.0.1', path: '/rooms/long/export', headers }, resolve).on('error', reject))
}

/** Resolves once nothing more is read between two looks. */
async function atRest(reads: readonly number[]): Promise<void> {
  let before = -1
  const hasStopped = () => {
    const stopped = reads.length === before
    before = reads.length
    return stopped
  }
  await expect.poll(hasStopped, { timeout: 5000, interval: 50, message: 'the export to stop reading' }).toBe(true)
}

test('an export reads no further than its reader, and goes on where it was', async () => {
  const reads: number[] = []
  const response = await request(reads)
  await expect.poll(() => reads.length, { timeout: 5000 }).toBeGreaterThan(0)
  await atRest(reads)
  // 80 MB in all; the buffers of two sockets hold a few.
  expect(reads.length).toBeLessThan(60)
  let last = ''
  for await (const part of response) last = `${last}${String(part)}`.slice(-200)
  expect(JSON.parse(last.trimEnd().split('\n').at(-1) ?? '')).toEqual({ end: true, entries: head })
  expect(reads).toEqual(Array.from({ length: head / 100 }, (_, index) => index * 100))
})

test('a reader that goes away ends the export, and is no error of the node', async () => {
  const reads: number[] = []
  const errors: unknown[] = []
  const response = await request(reads, errors)
  response.destroy()
  await atRest(reads)
  expect(reads.length).toBeLessThan(head / 100)
  expect(errors).toEqual([])
})
