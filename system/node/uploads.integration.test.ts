/** Uploads through real nodes into a real object store: what is taken, what is refused, and by whom. */
import { createHash } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { components } from '../components/table.ts'
import { connectToxiproxy } from '../components/toxiproxy-control.ts'
import { complete, fileMessage, openRealFiles, putBytes, reserve, reserved, sendFiles, someBytes, uploaded } from './fixtures/real-files.ts'
import { ask, connect, entryAt, joinRoom } from './fixtures/real-nodes.ts'
import type { ToxiproxyControl } from '../components/toxiproxy-control.ts'
import type { RealFiles } from './fixtures/real-files.ts'
import type { Connected, RealNode } from './fixtures/real-nodes.ts'

let files: RealFiles
let node: RealNode
/** Of which the way to the store is cut in one test. */
let other: RealNode
let toxiproxy: ToxiproxyControl
const link = 'node-2->store'

beforeAll(async () => {
  files = await openRealFiles('uploads')
  const { nodes, environment, storeUrl } = files
  toxiproxy = connectToxiproxy((await nodes.startComponent(components.toxiproxy)).url)
  const [host, port] = ['127.0.0.1', await nodes.runtime.port()]
  await toxiproxy.ensureProxy({ name: link, host, port, upstream: { host: storeUrl.hostname, port: Number(storeUrl.port) } })
  node = await nodes.start('node-1', environment)
  other = await nodes.start('node-2', { ...environment, CHAT_STORE_URL: `http://${host}:${port}`, CHAT_STORE_PUBLIC_URL: storeUrl.href })
})
afterAll(() => files[Symbol.asyncDispose]())

const refused = (code: string) => ({ ok: false, error: { code } })
let rooms = 0
/** Ann and Bob in a room of their own, Bob through the other node. */
async function inRoom(): Promise<{ ann: Connected; bob: Connected; room: string }> {
  const room = `room-${++rooms}`
  const [ann, bob] = [await connect(node, 'ann'), await connect(other, 'bob')]
  await joinRoom(ann, room)
  await joinRoom(bob, room)
  return { ann, bob, room }
}

test('a file goes to the store, waits for its scan, is sent meanwhile, and every member learns the verdict', async () => {
  const { ann, bob, room } = await inRoom()
  const bytes = someBytes()
  const { uploadId, put } = await reserved(ann, room, bytes)
  expect(await complete(ann, room, uploadId)).toMatchObject(refused('not_uploaded'))
  expect(await putBytes(put, bytes)).toBe(200)
  expect(await complete(ann, room, uploadId)).toEqual({ ok: true, uploadId, state: 'scanning' })
  expect(await complete(ann, room, uploadId)).toEqual({ ok: true, uploadId, state: 'scanning' })
  const { seq } = await sendFiles(ann, room, [uploadId])
  expect((await entryAt(bob, room, seq)).message).toMatchObject({ type: 'file', attachments: [{ uploadId, state: 'scanning', bytes: 1000 }] })
  await files.judge(uploadId, 'clean')
  const again = await sendFiles(ann, room, [uploadId])
  expect((await entryAt(bob, room, again.seq)).message).toMatchObject({ attachments: [{ uploadId, state: 'clean' }] })
  expect((await entryAt(bob, room, again.seq + 1)).change).toMatchObject({ kind: 'upload-state', uploadId, state: 'clean' })
})

test('a reservation that is asked for again is the same one; with something else it is refused', async () => {
  const { ann, room } = await inRoom()
  const [bytes, operationId] = [someBytes(), uuidv7()]
  const first = await reserved(ann, room, bytes, { operationId })
  expect(await reserved(ann, room, bytes, { operationId })).toMatchObject({ uploadId: first.uploadId, duplicate: true })
  expect(await reserve(ann, room, bytes, { operationId, name: 'other.png' })).toMatchObject(refused('id_reused'))
  expect(await files.store.uploads.countDocuments({ operationId })).toBe(1)
})

test('the store takes no more and no fewer bytes, no others, no other type, no other key and no other time', async () => {
  const { ann, room } = await inRoom()
  const bytes = someBytes()
  const { uploadId, put } = await reserved(ann, room, bytes)
  const others = someBytes()
  const sumOf = (content: Buffer) => createHash('sha256').update(content).digest('base64')
  expect(await putBytes(put, bytes.subarray(1))).toBe(403)
  expect(await putBytes(put, Buffer.concat([bytes, bytes]))).toBe(403)
  expect(await putBytes(put, others)).toBe(400)
  expect(await putBytes({ ...put, headers: { ...put.headers, 'x-amz-checksum-sha256': sumOf(others) } }, others)).toBe(403)
  expect(await putBytes({ ...put, headers: { ...put.headers, 'content-type': 'text/html' } }, bytes)).toBe(403)
  expect(await putBytes({ ...put, url: put.url.replace(uploadId, uuidv7()) }, bytes)).toBe(403)
  expect(await putBytes({ ...put, url: put.url.replace(`uploads/${uploadId}`, `files/${uploadId}/x`) }, bytes)).toBe(403)
  expect(await putBytes({ ...put, url: put.url.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=9999') }, bytes)).toBe(403)
  expect((await fetch(put.url)).status).toBe(403)
  expect(await complete(ann, room, uploadId)).toMatchObject(refused('not_uploaded'))
})

test('what lies under the key and is not what was reserved is refused for good, whoever let it in', async () => {
  const { ann, room } = await inRoom()
  const bytes = someBytes()
  for (const [lie, says] of [
    [{ bytes: 999 }, '999 bytes, not 1000'],
    [{ contentType: 'text/html' }, 'of type text/html'],
    [{ sha256: '0'.repeat(64) }, 'the hash is another one'],
  ] as const) {
    const { uploadId, put } = await reserved(ann, room, bytes)
    expect(await putBytes(put, bytes)).toBe(200)
    // As if the store had checked nothing: it has taken other bytes than the node expects.
    await files.store.uploads.updateOne({ _id: uploadId }, { $set: lie })
    expect(await complete(ann, room, uploadId), says).toMatchObject(refused('upload_mismatch'))
    expect(await complete(ann, room, uploadId)).toMatchObject(refused('upload_mismatch'))
    expect(await ask(ann).emitWithAck('message:send', fileMessage(room, [uploadId]))).toMatchObject(refused('upload_mismatch'))
    await expect.poll(() => files.objects.list(`files/${uploadId}/`)).toEqual([])
  }
})

test('a second PUT after the upload is complete changes nothing of what is scanned and served', async () => {
  const { ann, room } = await inRoom()
  const bytes = someBytes()
  const { uploadId, put } = await reserved(ann, room, bytes)
  await putBytes(put, bytes)
  await complete(ann, room, uploadId)
  const before = await files.uploads.find(uploadId)
  expect(await putBytes(put, bytes)).toBe(200)
  expect(await complete(ann, room, uploadId)).toMatchObject({ ok: true, state: 'scanning' })
  expect(await files.uploads.find(uploadId)).toEqual(before)
  expect(await files.objects.list(`files/${uploadId}/`)).toEqual([before?.servedKey])
  expect(before?.servedKey).not.toContain(before?.uploadKey)
})

test('ten completes at once make one copy that counts, and no other stays', async () => {
  const { ann, room } = await inRoom()
  const onOther = await connect(other, 'ann', 'ann-2')
  const bytes = someBytes()
  const { uploadId, put } = await reserved(ann, room, bytes)
  await putBytes(put, bytes)
  const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => complete(index % 2 === 0 ? ann : onOther, room, uploadId)))
  // Who comes after the original is gone hears it at the next try.
  expect(answers.filter((answer) => answer.ok).length).toBeGreaterThan(0)
  expect(await complete(onOther, room, uploadId)).toMatchObject({ ok: true, state: 'scanning' })
  const served = (await files.uploads.find(uploadId))?.servedKey
  await expect.poll(() => files.objects.list(`files/${uploadId}/`)).toEqual([served])
})

test('too large, without bytes, not a member, not one’s own', async () => {
  const { ann, bob, room } = await inRoom()
  const bytes = someBytes()
  expect(await reserve(ann, room, bytes, { bytes: 5_368_709_120 })).toMatchObject(refused('too_large'))
  expect(await reserve(ann, room, bytes, { bytes: 0 })).toMatchObject(refused('invalid'))
  expect(await reserve(ann, 'elsewhere', bytes)).toMatchObject(refused('forbidden'))
  const { uploadId, put } = await reserved(ann, room, bytes)
  await putBytes(put, bytes)
  expect(await complete(bob, room, uploadId)).toMatchObject(refused('not_found'))
  expect(await complete(ann, room, uuidv7())).toMatchObject(refused('not_found'))
  expect(await ask(ann).emitWithAck('message:send', fileMessage(room, [uploadId]))).toMatchObject(refused('not_uploaded'))
  await complete(ann, room, uploadId)
  expect(await ask(bob).emitWithAck('message:send', fileMessage(room, [uploadId]))).toMatchObject(refused('forbidden'))
  await joinRoom(ann, 'elsewhere')
  expect(await ask(ann).emitWithAck('message:send', fileMessage('elsewhere', [uploadId]))).toMatchObject(refused('forbidden'))
  expect(await complete(ann, 'elsewhere', uploadId)).toMatchObject(refused('not_found'))
})

test('an infected file is carried by no message; one that carries it since before is acked again all the same', async () => {
  const { ann, room } = await inRoom()
  const uploadId = await uploaded(ann, room)
  const message = fileMessage(room, [uploadId])
  const first = await ask(ann).emitWithAck('message:send', message)
  await files.judge(uploadId, 'infected')
  expect(await ask(ann).emitWithAck('message:send', fileMessage(room, [uploadId]))).toMatchObject(refused('infected'))
  expect(await ask(ann).emitWithAck('message:send', { ...message, attempt: 2 })).toEqual({ ...first, duplicate: true })
  expect(await ask(ann).emitWithAck('message:send', { ...message, attempt: 2, attachments: [uuidv7()] })).toMatchObject(refused('id_reused'))
})

test('bytes that a user reserves are limited', async () => {
  const limited = await files.nodes.start('node-3', { ...files.environment, CHAT_UPLOAD_BYTES_PER_MINUTE: '2500' })
  const carol = await connect(limited, 'carol')
  await joinRoom(carol, 'narrow')
  const operationId = uuidv7()
  const bytes = someBytes()
  await reserved(carol, 'narrow', bytes, { operationId })
  await reserved(carol, 'narrow', bytes)
  expect(await reserve(carol, 'narrow', bytes)).toMatchObject({ ok: false, error: { code: 'rate_limited', retryAfterMs: expect.any(Number) } })
  expect(await reserved(carol, 'narrow', bytes, { operationId })).toMatchObject({ duplicate: true })
})

test('a node without an object store says so', async () => {
  const dave = await connect(await files.nodes.start('node-4'), 'dave')
  await joinRoom(dave, 'bare')
  expect(await reserve(dave, 'bare', someBytes())).toMatchObject(refused('unavailable'))
})

test('cut off from the store a node still reserves, refuses to complete in time, and goes on when it is back', async () => {
  const { bob, room } = await inRoom()
  const bytes = someBytes()
  for (const [type, attributes] of [
    ['reset_peer', { timeout: 0 }],
    ['limit_data', { bytes: 50 }],
  ] as const) {
    await toxiproxy.addToxic(link, { name: 'cut', type, stream: 'downstream', attributes })
    const { uploadId, put } = await reserved(bob, room, bytes)
    expect(await putBytes(put, bytes)).toBe(200)
    expect(await complete(bob, room, uploadId)).toMatchObject(refused('unavailable'))
    await toxiproxy.removeToxic(link, 'cut')
    await expect.poll(() => complete(bob, room, uploadId), { timeout: 5000 }).toMatchObject({ ok: true, state: 'scanning' })
  }
})

test('a slow store is waited for; who asks again meanwhile makes no second copy', async () => {
  const { bob, room } = await inRoom()
  await toxiproxy.addToxic(link, { name: 'slow', type: 'latency', stream: 'downstream', attributes: { latency: 700 } })
  const bytes = someBytes()
  const { uploadId, put } = await reserved(bob, room, bytes)
  await putBytes(put, bytes)
  const answers = await Promise.all([complete(bob, room, uploadId), complete(bob, room, uploadId)])
  expect(answers).toEqual(Array.from({ length: 2 }, () => ({ ok: true, uploadId, state: 'scanning' })))
  await toxiproxy.removeToxic(link, 'slow')
  expect(await files.objects.list(`files/${uploadId}/`)).toHaveLength(1)
})
