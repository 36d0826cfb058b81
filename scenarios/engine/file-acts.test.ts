/** Files shared and fetched by a virtual user: real requests to an HTTP server in place of the object store. */
import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accessWays, fileSteps, fileTries, uploadStates } from '../../reports/history/codes.ts'
import { messagesPerClient } from '../../reports/history/kinds.ts'
import { bodyHash } from '../../reports/history/record-hash.ts'
import type { UploadState } from '../../system/protocol.ts'
import { actingUser, type ActingUser, type AnsweringDriver } from './acting-user.fixture.ts'
import { acts } from './acts.ts'
import { drawn, actOf, mixKinds } from './mix.ts'
import type { VirtualUser } from './virtual-user.ts'

let acting: ActingUser
let driver: AnsweringDriver
let user: VirtualUser
let store: Server
let storeUrl = ''
let requests: { method: string | undefined; url: string | undefined; authorization: string | undefined; content: Buffer }[] = []
let status = 200

beforeEach(async () => {
  acting = await actingUser()
  ;({ driver, user } = acting)
  ;[requests, status] = [[], 200]
  store = createServer(({ method, url, headers: { authorization } }, response) => {
    const parts: Buffer[] = []
    response.req.on('data', (part: Buffer) => void parts.push(part))
    response.req.on('end', () => {
      requests.push({ method, url, authorization, content: Buffer.concat(parts) })
      response.writeHead(status).end('bytes')
    })
  })
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve))
  storeUrl = `http://127.0.0.1:${(store.address() as AddressInfo).port}`
})
afterEach(async () => {
  store.closeAllConnections()
  store.close()
  await acting[Symbol.asyncDispose]()
})

const shows = (uploadId: string, state: UploadState): void => {
  const file = { uploadId, name: 'a', bytes: 5, contentType: 'text/plain', sha256: '', state }
  user.recorder.filesShown('room-1', 5, { body: 'sd1 8 2 room-1 0 x', senderId: 'user-9', attachments: [file] })
}
const address = (path: string, expiresAt: number | null = null) => ({ url: `${storeUrl}${path}`, headers: {}, access: 'signed' as const, expiresAt })

test('a file is shared step by step, then carried by a message; each step is recorded', async () => {
  const put = { url: `${storeUrl}/put`, headers: {} }
  driver.steps = [
    { step: 'reserve', uploadId: 'upload-1', put, code: null },
    { step: 'put', uploadId: 'upload-1', httpStatus: 503, code: 'http_503' },
    { step: 'put', uploadId: 'upload-1', httpStatus: 200, code: null },
    { step: 'complete', uploadId: 'upload-1', code: null },
  ]
  expect(await acts.upload(user, { bytes: 1000, overwrite: true })).toBe(true)
  const content = Buffer.from((await driver.files[0]?.content.arrayBuffer()) ?? new ArrayBuffer(0))
  expect(content).toHaveLength(1000)
  expect(driver.sent).toMatchObject([{ attachments: ['upload-1'] }])
  expect(requests).toMatchObject([{ method: 'PUT', url: '/put' }])
  expect(requests[0]?.content).toHaveLength(1000)
  expect(requests[0]?.content.equals(content)).toBe(false)
  const { rows, names } = acting.rowsOf('fileIntended', 'fileStep', 'fileAttached', 'invoked')
  expect(rows[0]).toMatchObject({ kind: 'fileIntended', seq: 0, rev: 1000, value: bodyHash(createHash('sha256').update(content).digest('hex')) })
  expect(rows.filter(({ kind }) => kind === 'fileStep').map(({ layer, session, rev }) => [layer, session, names[rev] ?? null])).toEqual([
    [fileSteps.reserve, -1, null],
    [fileSteps.put, 503, 'http_503'],
    [fileSteps.put, 200, null],
    [fileSteps.complete, -1, null],
    [fileSteps.overwrite, 200, null],
  ])
  expect(rows.slice(-2).map(({ kind, message }) => [kind, message])).toEqual([
    ['invoked', 3 * messagesPerClient],
    ['fileAttached', 3 * messagesPerClient],
  ])
  expect(names[rows.at(-1)?.value ?? -1]).toBe('upload-1')
})

test('an upload that fails is in no message; an infected one is the test file and nothing after it but spaces', async () => {
  driver.answers = { upload: async () => ({ kind: 'failed', code: 'too_large' }) }
  expect(await acts.upload(user, { content: 'infected' })).toBe(true)
  expect(driver.sent).toEqual([])
  const content = (await driver.files[0]?.content.text()) ?? ''
  // Source of the length and the hash of the test file: EICAR's own page.
  expect(createHash('md5').update(content.trimEnd()).digest('hex')).toBe('44d88612fea8a8f36de82e1278abb02f')
  expect(content.length).toBeLessThanOrEqual(128)
})

test('a clean file is fetched from where the node says; there is nothing to fetch until one is clean', async () => {
  shows('upload-1', 'scanning')
  expect(await acts.download(user, {})).toBe(false)
  shows('upload-1', 'clean')
  driver.address = address('/f', Date.now() + 30_000)
  expect(await acts.download(user, {})).toBe(true)
  status = 403
  await acts.download(user, { try: 'tampered' })
  driver.address = null
  await acts.download(user, {})
  const { rows, names } = acting.rowsOf('fileShown', 'fileUrl', 'fileRead')
  expect(rows.map(({ kind }) => kind)).toEqual(['fileShown', 'fileShown', 'fileUrl', 'fileRead', 'fileUrl', 'fileRead', 'fileUrl'])
  expect(rows[1]).toMatchObject({ message: 8 * messagesPerClient + 2, seq: 5, rev: uploadStates.clean })
  expect(rows[2]).toMatchObject({ layer: accessWays.signed, seq: 30, rev: -1 })
  expect(rows[3]).toMatchObject({ layer: fileTries.asMinted, session: 200, seq: 5, rev: bodyHash(createHash('sha256').update('bytes').digest('hex')) })
  expect(rows[5]).toMatchObject({ layer: fileTries.tampered, session: 403, seq: 0, rev: -1 })
  expect(names[rows[6]?.rev ?? -1]).toBe('forbidden')
})

test('an attacker tries an address that has expired, one of a room that it is not in, and a file that is quarantined', async () => {
  const tries = ['expired', 'borrowed', 'quarantined'] as const
  for (const tried of tries) expect(await acts.download(user, { try: tried })).toBe(false)
  const minted = { uploadId: 'upload-2', room: 'room-1', user: user.assignment.user, address: address('/old', Date.now() - 1) }
  user.worker.minted.add(minted)
  const proxied = { ...address('/theirs'), access: 'proxy' as const, headers: { authorization: 'Bearer theirs' } }
  user.worker.minted.add({ uploadId: 'upload-3', room: 'room-9', user: 'user-9', address: proxied })
  shows('upload-4', 'infected')
  status = 403
  for (const tried of tries) expect(await acts.download(user, { try: tried })).toBe(true)
  expect(requests.map(({ url, authorization }) => [url, authorization])).toEqual([
    ['/old', undefined],
    ['/theirs', 'Bearer t'],
  ])
  const { rows, names } = acting.rowsOf('fileUrl', 'fileRead')
  expect(rows.map(({ kind, layer, value }) => [kind, layer, names[value]])).toEqual([
    ['fileRead', fileTries.expired, 'upload-2'],
    ['fileRead', fileTries.borrowed, 'upload-3'],
    ['fileUrl', 0, 'upload-4'],
  ])
})

test('of what is not clean, a file that is still being scanned is tried first', async () => {
  shows('upload-4', 'infected')
  shows('upload-5', 'scanning')
  for (let turn = 0; turn < 5; turn++) await acts.download(user, { try: 'quarantined' })
  const { rows, names } = acting.rowsOf('fileUrl')
  expect(rows.map(({ value }) => names[value])).toEqual(Array.from({ length: 5 }, () => 'upload-5'))
})

test('the kinds of a mix are verbs with parameters of their own', () => {
  expect(actOf('infected')).toEqual({ verb: 'upload', parameters: { content: 'infected' } })
  expect(actOf('hold')).toEqual({ verb: 'hold', parameters: { by: 'moderators' } })
  for (const kind of drawn(Object.fromEntries(Object.keys(mixKinds).map((name) => [name, 1])), () => 0))
    if (kind !== 'reply') expect(acts).toHaveProperty(actOf(kind).verb)
})
