/** The sweep of uploads on a real store and a real object store, by a clock of the test. */
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { components } from '../components/table.ts'
import { ObjectStoreError, openFileObjects } from './file-objects.ts'
import { openSurroundings } from './fixtures/real-nodes.ts'
import { storedUpload } from './fixtures/stored-upload.ts'
import { noJournal } from './journal.ts'
import { logStoreOf } from './log-store.ts'
import { clientOf } from './object-storage.ts'
import { roomsOf } from './rooms.ts'
import { indexesOf, openStore } from './store.ts'
import { uploadStoreOf } from './upload-store.ts'
import { uploadSweep } from './upload-sweep.ts'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import type { FileObjects } from './file-objects.ts'
import type { Surroundings } from './fixtures/real-nodes.ts'
import type { RoomLog } from './room-log.ts'
import type { Store } from './store.ts'
import type { StoredUpload, UploadStore } from './upload-store.ts'
import type { UploadSweepParts } from './upload-sweep.ts'

const settings = { storeUrl: '', limitBytes: 1000, expiryMs: 60_000, graceMs: 10_000, orphanMs: 600_000, sweepMs: 1000, access: 'signed' as const, urlMs: 1000 }
let surroundings: Surroundings
let store: Store
let objects: FileObjects
let uploads: UploadStore
let room: RoomLog
let parts: UploadSweepParts
let sweep: () => Promise<void>
let write: (key: string) => Promise<void>
let nowMs = 0

beforeAll(async () => {
  surroundings = await openSurroundings('upload-sweep')
  const mongo = await surroundings.startComponent(components.mongo)
  const { url, bucket, region, credentials } = await surroundings.startComponent(components.store)
  const storage = { url: url.href, bucket, region, ...credentials }
  objects = openFileObjects(storage, url.href, () => nowMs)
  const client = clientOf(storage)
  write = async (key) => void (await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'bytes' })))
  store = openStore(mongo.url.href, 'sweep')
  for (const index of ['roomSeq', 'actorOperation', 'uploadOperation', 'others'] as const) await indexesOf(store)[index]()
  uploads = uploadStoreOf(store.uploads, settings.orphanMs)
  const log = logStoreOf(store.log, store.audits)
  const onError = (error: unknown): never => {
    throw error
  }
  const rooms = roomsOf(store, { log, node: 'n', nowMs: () => nowMs, onError, onFolded: () => undefined, onCommitted: () => undefined }, uuidv7)
  room = await rooms.create('tea')
  await room.append({ id: uuidv7(), kind: 'join', actorId: 'ann', operationId: uuidv7(), attempt: 1 })
  parts = { uploads, objects, log, rooms, journal: noJournal, settings, nowMs: () => nowMs, newId: uuidv7, onError }
  sweep = uploadSweep(parts)
})
afterAll(async () => {
  await store.client.close()
  await surroundings[Symbol.asyncDispose]()
})

/** Stored, with its original and, once it has a `servedKey`, its copy and another that was never recorded. */
async function stored(changed: Partial<StoredUpload>): Promise<StoredUpload> {
  const _id = uuidv7()
  const keys = { uploadKey: `uploads/${_id}`, servedKey: changed.state === 'reserved' ? null : `files/${_id}/served` }
  const upload = storedUpload({ _id, operationId: uuidv7(), ...keys, reservedAt: nowMs, expiresAt: nowMs + 60_000, checkAt: nowMs + 600_000, ...changed })
  await uploads.reserve(upload)
  for (const key of [upload.uploadKey, `files/${_id}/lost`, ...(upload.servedKey === null ? [] : [upload.servedKey])]) await write(key)
  return upload
}
async function carry({ _id: uploadId, name, bytes, contentType, sha256, state }: StoredUpload): Promise<string> {
  const id = uuidv7()
  const attachments = [{ uploadId, name, bytes, contentType, sha256, state }]
  const message = { senderId: 'ann', deviceId: 'd', clientMessageId: id, clientSeq: 1, type: 'file' as const, body: 'look', clientCreatedAt: 0, attachments }
  await room.append({ id, kind: 'message', actorId: 'ann', operationId: id, attempt: 1, message, uploadIds: [uploadId] })
  return id
}
const stateOf = async ({ _id }: StoredUpload) => (await uploads.find(_id))?.state
const keysOf = async ({ _id, uploadKey }: StoredUpload) => [...(await objects.list(uploadKey)), ...(await objects.list(`files/${_id}/`))]
async function later(ms: number): Promise<void> {
  nowMs += ms
  await sweep()
}

test('a reservation that nobody completes expires after its grace, and its bytes go', async () => {
  const upload = await stored({ state: 'reserved' })
  await later(65_000)
  expect([await stateOf(upload), (await keysOf(upload)).length]).toEqual(['reserved', 2])
  await later(10_000)
  expect(await stateOf(upload)).toBe('expired')
  expect(await uploads.complete(upload._id, 'files/late', nowMs)).toBe(false)
  await later(30_000)
  expect(await keysOf(upload)).toEqual([])
})

test('of a complete upload the original and copies that were never recorded go, and the served one stays', async () => {
  const upload = await stored({ state: 'clean' })
  await carry(upload)
  await later(101_000)
  expect([await stateOf(upload), await keysOf(upload)]).toEqual(['clean', [upload.servedKey]])
})

test('a file that no message carries any more goes, and one that a message carries stays', async () => {
  const [carried, orphan] = [await stored({ state: 'clean' }), await stored({ state: 'clean' })]
  const messageId = await carry(carried)
  await later(601_000)
  expect([await stateOf(carried), await stateOf(orphan)]).toEqual(['clean', 'expired'])
  expect(await keysOf(orphan)).toEqual([])
  await room.append({ id: uuidv7(), kind: 'delete', actorId: 'ann', operationId: uuidv7(), attempt: 1, messageId, payload: { by: 'author' } })
  await later(601_000)
  expect([await stateOf(carried), await keysOf(carried)]).toEqual(['expired', []])
})

test('an object that can’t be removed keeps no other; a store that is silent ends the sweep', async () => {
  const [stuck, free] = [await stored({ state: 'clean' }), await stored({ state: 'clean' })]
  const errors: string[] = []
  const failing = (isAnswered: boolean) => {
    const error = Object.assign(new ObjectStoreError('removing a file', new Error('no')), { isAnswered })
    const remove = (key: string) => (key.includes(stuck._id) ? Promise.reject(error) : objects.remove(key))
    return uploadSweep({ ...parts, objects: { ...objects, remove }, onError: (_, during) => errors.push(during) })
  }
  nowMs += 101_000
  await expect(failing(false)()).rejects.toThrow('removing a file: no')
  expect([errors, (await keysOf(free)).length]).toEqual([[], 3])
  await failing(true)()
  expect([errors, await keysOf(free)]).toEqual([[`sweeping upload ${stuck._id}`], [free.servedKey]])
  await sweep()
  expect(await keysOf(stuck)).toEqual([stuck.servedKey])
})

test('one that is about to be sent is not taken, however old', async () => {
  const upload = await stored({ state: 'clean' })
  nowMs += 601_000
  const seenBefore = await uploads.find(upload._id)
  await uploads.attach([upload._id], { roomId: 'tea', userId: 'ann' }, nowMs)
  expect(seenBefore && (await uploads.abandon(seenBefore, nowMs))).toBe(false)
  await sweep()
  expect(await stateOf(upload)).toBe('clean')
})

test('a verdict that a message was not told, because its node died, is told', async () => {
  const upload = await stored({ state: 'scanning', told: true })
  await uploads.attach([upload._id], { roomId: 'tea', userId: 'ann' }, nowMs)
  const messageId = await carry(upload)
  await uploads.verdict(upload, 'infected', { verdict: 'Eicar' }, nowMs)
  await later(1000)
  expect(room.head).toBe((await store.log.findOne({ _id: messageId }))?.seq)
  await later(2000)
  const told = await store.log.find({ messageId, kind: 'upload-state' }).toArray()
  expect(told.map(({ actorId, payload }) => [actorId, payload])).toEqual([['system', { uploadId: upload._id, state: 'infected' }]])
  expect((await uploads.find(upload._id))?.told).toBe(true)
  await later(10_000)
  expect(await store.log.countDocuments({ messageId, kind: 'upload-state' })).toBe(1)
})

test('a scan is leased to one worker, and its verdict is written once', async () => {
  const upload = await stored({ state: 'scanning' })
  const claims = await Promise.all(Array.from({ length: 5 }, () => uploads.claimForScan(nowMs, 1000)))
  const mine = claims.filter((claimed) => claimed?._id === upload._id)
  expect(mine).toHaveLength(1)
  expect(await uploads.claimForScan(nowMs + 1001, 1000)).toMatchObject({ _id: upload._id })
  expect(mine[0] && (await uploads.scanLater(mine[0], nowMs, true))).toBe(false)
  expect(await uploads.verdict(upload, 'clean', { verdict: '' }, nowMs)).toBe(true)
  expect(await uploads.verdict(upload, 'infected', { verdict: '' }, nowMs)).toBe(false)
  expect(await stateOf(upload)).toBe('clean')
})
