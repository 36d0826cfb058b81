/** Scan workers between a real object store, a real MongoDB and a real clamd; what members see of it comes through a real node. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { testVirus } from '../../components/clamd.ts'
import { openRealFiles, putBytes, reserved, complete, sendFiles, someBytes, uploaded } from '../fixtures/real-files.ts'
import { ask, connect, joinRoom } from '../fixtures/real-nodes.ts'
import { journalRowsIn } from '../fixtures/journal-rows-in.ts'
import { openRealScanners, scanLinks, scanTimes, streamLimitBytes } from '../fixtures/real-scanners.ts'
import { openStorage } from '../object-storage.ts'
import type { RealFiles } from '../fixtures/real-files.ts'
import type { Connected, RealNode } from '../fixtures/real-nodes.ts'
import type { RealScanner, RealScanners } from '../fixtures/real-scanners.ts'
import type { ObjectStorage } from '../object-storage.ts'
import type { EntryChange } from '../../protocol.ts'
import type { StoredUpload } from '../upload-store.ts'

let files: RealFiles
let node: RealNode
let scanners: RealScanners
let worker: RealScanner
/** The store past every rule of who may write what. */
let storage: ObjectStorage

beforeAll(async () => {
  files = await openRealFiles('scan')
  node = await files.nodes.start('node-1', files.environment)
  scanners = await openRealScanners(files)
  const { CHAT_STORE_URL: url = '', CHAT_STORE_ACCESS_KEY: accessKey = '', CHAT_STORE_SECRET_KEY: secretKey = '' } = files.environment
  const { CHAT_STORE_BUCKET: bucket = '', CHAT_STORE_REGION: region = '' } = files.environment
  storage = openStorage({ url, accessKey, secretKey, bucket, region })
})
afterAll(() => files[Symbol.asyncDispose]())

let workers = 0
const startWorker = () => scanners.start(`scanner-${++workers}`)
beforeEach(async () => {
  worker = await startWorker()
})
afterEach(() => worker.process.stop(5_000))

interface InRoom {
  ann: Connected
  bob: Connected
  room: string
  /** The change at this seq, as Bob gets it when he asks for what a heartbeat told him of. */
  heard: (seq: number) => Promise<EntryChange | undefined>
}
let rooms = 0
async function inRoom(): Promise<InRoom> {
  const room = `room-${++rooms}`
  const [ann, bob] = [await connect(node, 'ann'), await connect(node, 'bob')]
  const epoch = await joinRoom(ann, room)
  await joinRoom(bob, room)
  const heads: number[] = []
  bob.socket.on('heartbeat', (beat) => heads.push(beat.rooms[room]?.head ?? 0))
  const heard = async (seq: number) => {
    await expect.poll(() => Math.max(0, ...heads), { timeout: 10_000 }).toBeGreaterThanOrEqual(seq)
    const answer = await ask(bob).emitWithAck('range:get', { room, epoch, after: seq - 1, upTo: seq })
    if (!answer.ok) throw new Error(answer.error.message)
    return answer.entries[0]?.change
  }
  return { ann, bob, room, heard }
}

async function uploadOf(uploadId: string): Promise<StoredUpload> {
  const upload = await files.uploads.find(uploadId)
  if (upload === null) throw new Error(`there is no upload ${uploadId}`)
  return upload
}
const becomes = (uploadId: string, state: string, timeout = 10_000) =>
  expect.poll(async () => (await uploadOf(uploadId)).state, { timeout, interval: 50 }).toBe(state)
const entriesAbout = (uploadId: string) => files.store.log.find({ kind: 'upload-state', 'payload.uploadId': uploadId }).toArray()
const virus = () => Buffer.from(testVirus())

/** Nothing else: a bandwidth in KB/s, or an end after so many bytes, on the way to clamd while `work` runs. */
async function withToxic(type: 'bandwidth' | 'limit_data' | 'latency', attributes: Record<string, number>, work: () => Promise<void>): Promise<void> {
  await scanners.toxiproxy.addToxic(scanLinks.clamd, { name: 'bad', type, stream: 'upstream', attributes })
  try {
    await work()
  } finally {
    await scanners.toxiproxy.removeToxic(scanLinks.clamd, 'bad')
  }
}
async function whileCut(link: string, work: () => Promise<void>): Promise<void> {
  await scanners.toxiproxy.setEnabled(link, false)
  try {
    await work()
  } finally {
    await scanners.toxiproxy.setEnabled(link, true)
  }
}

test('a clean file is served from the copy that was scanned, and every message with it is told once', async () => {
  const { ann, bob, room, heard } = await inRoom()
  const bytes = someBytes(100_000)
  const uploadId = await uploaded(ann, room, bytes)
  const { seq } = await sendFiles(ann, room, [uploadId])
  await becomes(uploadId, 'clean')
  expect(await heard(seq + 1)).toMatchObject({ kind: 'upload-state', uploadId, state: 'clean' })
  const answer = await ask(bob).emitWithAck('file:url', { room, uploadId })
  if (!answer.ok) throw new Error(answer.error.message)
  expect(Buffer.from(await (await fetch(answer.url)).arrayBuffer()).equals(bytes)).toBe(true)
  const about = await entriesAbout(uploadId)
  expect(about.map(({ actorId, payload }) => [actorId, payload])).toEqual([['system', { uploadId, state: 'clean' }]])
  await expect.poll(() => journalRowsIn(worker.journal).flatMap(({ stage, room: of }) => (of === room ? stage : []))).toContain('uploadState')
})

test('an infected file is put aside and never served', async () => {
  const { ann, bob, room, heard } = await inRoom()
  const uploadId = await uploaded(ann, room, virus())
  const { seq } = await sendFiles(ann, room, [uploadId])
  expect(await heard(seq + 1)).toMatchObject({ kind: 'upload-state', uploadId, state: 'infected' })
  expect(await uploadOf(uploadId)).toMatchObject({ state: 'infected', servedKey: `quarantine/${uploadId}`, attempts: 0 })
  expect((await uploadOf(uploadId)).verdict).toMatch(/Eicar/)
  expect(await files.objects.list(`files/${uploadId}/`)).toEqual([])
  expect(await files.objects.list('quarantine/')).toContain(`quarantine/${uploadId}`)
  expect(await ask(bob).emitWithAck('file:url', { room, uploadId })).toMatchObject({ ok: false, error: { code: 'infected' } })
})

test('without a scanner a file waits, is served to nobody and uses up no attempt, however long that lasts', async () => {
  const { ann, room } = await inRoom()
  await scanners.clamd.kill()
  const uploadId = await uploaded(ann, room)
  await sendFiles(ann, room, [uploadId])
  await expect.poll(async () => (await uploadOf(uploadId)).scanLeaseUntil, { timeout: 5_000 }).toBeGreaterThan(0)
  // Longer than all attempts would have lasted.
  const from = (await uploadOf(uploadId)).scanLeaseUntil
  await expect.poll(async () => (await uploadOf(uploadId)).scanLeaseUntil, { timeout: 10_000 }).toBeGreaterThan(from + scanTimes.leaseMs)
  expect(await uploadOf(uploadId)).toMatchObject({ state: 'scanning', attempts: 0 })
  expect(await ask(ann).emitWithAck('file:url', { room, uploadId })).toMatchObject({ ok: false, error: { code: 'not_clean' } })
  await scanners.clamd.restart()
  await becomes(uploadId, 'clean')
})

test.each([scanLinks.clamd, scanLinks.store, scanLinks.mongo])('a cut of %s delays the verdict and is no attempt', async (link) => {
  const { ann, room } = await inRoom()
  let uploadId = ''
  await whileCut(link, async () => {
    uploadId = await uploaded(ann, room, virus())
    await expect(becomes(uploadId, 'infected', 1_500)).rejects.toThrow()
    expect(await uploadOf(uploadId)).toMatchObject({ state: 'scanning', attempts: 0 })
  })
  await becomes(uploadId, 'infected', 15_000)
})

test('a scan that is cut in the middle is tried again from the beginning', async () => {
  const { ann, room } = await inRoom()
  let uploadId = ''
  await withToxic('limit_data', { bytes: 20_000 }, async () => {
    uploadId = await uploaded(ann, room, someBytes(100_000))
    await expect.poll(async () => (await uploadOf(uploadId)).attempts, { timeout: 10_000, interval: 10 }).toBe(1)
    expect((await uploadOf(uploadId)).state).toBe('scanning')
  })
  await becomes(uploadId, 'clean')
})

test('a slow scanner gives a late verdict; one that is too slow each time ends in an error', async () => {
  const { ann, room } = await inRoom()
  await withToxic('latency', { latency: 300, jitter: 0 }, async () => {
    await becomes(await uploaded(ann, room, virus()), 'infected')
  })
  await withToxic('bandwidth', { rate: 10 }, async () => {
    const uploadId = await uploaded(ann, room, someBytes(150_000))
    await becomes(uploadId, 'error', 20_000)
    expect((await uploadOf(uploadId)).verdict).toMatch(/timeout/i)
  })
})

test('what is longer than the scanner takes ends in an error, not in clean', async () => {
  const { ann, bob, room, heard } = await inRoom()
  const uploadId = await uploaded(ann, room, someBytes(streamLimitBytes + 50_000))
  const { seq } = await sendFiles(ann, room, [uploadId])
  await becomes(uploadId, 'error')
  expect(await heard(seq + 1)).toMatchObject({ uploadId, state: 'error' })
  expect(await ask(bob).emitWithAck('file:url', { room, uploadId })).toMatchObject({ ok: false })
})

test('a copy that is not what was reserved ends in an error at once, whatever its scan says', async () => {
  const { ann, room } = await inRoom()
  const bytes = someBytes()
  for (const [lie, says] of [
    [bytes.subarray(1), '999 bytes, not 1000'],
    [someBytes(), 'the hash is another one'],
  ] as const) {
    let uploadId = ''
    await whileCut(scanLinks.clamd, async () => {
      uploadId = await uploaded(ann, room, bytes)
      await storage.put((await uploadOf(uploadId)).servedKey ?? '', lie, 'image/png')
    })
    await becomes(uploadId, 'error')
    expect(await uploadOf(uploadId)).toMatchObject({ verdict: says, attempts: 0 })
  }
})

test('bytes that come to the uploaded key after it was complete are neither scanned nor served', async () => {
  const { ann, room } = await inRoom()
  const bytes = someBytes()
  const { uploadId, put } = await reserved(ann, room, bytes)
  await whileCut(scanLinks.clamd, async () => {
    expect(await putBytes(put, bytes)).toBe(200)
    await complete(ann, room, uploadId)
    await storage.put((await uploadOf(uploadId)).uploadKey, virus(), 'image/png')
  })
  await becomes(uploadId, 'clean')
  expect(Buffer.from((await storage.get((await uploadOf(uploadId)).servedKey ?? '')) ?? []).equals(bytes)).toBe(true)
})

test('when a worker dies in the middle of a scan, another one takes the file after the lease', async () => {
  const { ann, room } = await inRoom()
  let uploadId = ''
  let left: StoredUpload | null = null
  await withToxic('bandwidth', { rate: 10 }, async () => {
    uploadId = await uploaded(ann, room, someBytes(150_000))
    await sendFiles(ann, room, [uploadId])
    await expect.poll(async () => (await uploadOf(uploadId)).scanLeaseUntil, { timeout: 5_000, interval: 10 }).toBeGreaterThan(0)
    worker.process.signal('SIGKILL')
    await worker.process.exited
    left = await uploadOf(uploadId)
  })
  worker = await startWorker()
  expect(left).toMatchObject({ state: 'scanning', attempts: 0 })
  await becomes(uploadId, 'clean')
  await expect.poll(async () => (await uploadOf(uploadId)).told).toBe(true)
  expect((await uploadOf(uploadId)).updatedAt).toBeGreaterThanOrEqual((left as StoredUpload | null)?.scanLeaseUntil ?? Infinity)
  expect(await entriesAbout(uploadId)).toHaveLength(1)
})

test('two workers judge many files side by side, each once, and tell each message once', async () => {
  const { ann, room } = await inRoom()
  const second = await startWorker()
  const ids: string[] = []
  for (let number = 0; number < 8; number++) {
    ids.push(await uploaded(ann, room, number % 2 === 0 ? someBytes(50_000) : virus()))
    await sendFiles(ann, room, ids.slice(-1)).catch((error: Error) => expect(error.message).toMatch(/infected/))
  }
  for (const [number, uploadId] of ids.entries()) await becomes(uploadId, number % 2 === 0 ? 'clean' : 'infected')
  const untold = () => files.store.uploads.countDocuments({ _id: { $in: ids }, told: false })
  await expect.poll(untold, { timeout: 15_000 }).toBe(0)
  for (const uploadId of ids) {
    const carriers = await files.store.log.countDocuments({ 'attachments.uploadId': uploadId, [`fileStates.${uploadId}`]: { $exists: true } })
    expect(await entriesAbout(uploadId)).toHaveLength(carriers)
  }
  const judged = [worker, second].flatMap(({ journal }) => journalRowsIn(journal).filter(({ stage, room: of }) => stage === 'uploadState' && of === room))
  expect(judged).toHaveLength(ids.length)
  await second.process.stop(5_000)
})
