import { expect, test } from 'vitest'
import { contentOf } from './entries.ts'
import { memoryLog } from './fixtures/memory-log.ts'
import { storedUpload } from './fixtures/stored-upload.ts'
import { foldLog, recordOf } from './fold-records.ts'
import { RoomLog } from './room-log.ts'
import { appendVerdict } from './verdict-entries.ts'

const upload = storedUpload()
const { _id: uploadId, name, bytes, contentType, sha256 } = upload

function setUp() {
  const memory = memoryLog()
  const place = { roomId: 'tea', epoch: 'e', held: new Set<string>(), isClosed: false, foldedThrough: 1 }
  const open = () =>
    new RoomLog({
      ...place,
      membership: new Map([['ann', { role: 'owner', intervals: [{ joinedSeq: 1, leftSeq: null }], foldedSeq: 1 }]]),
      log: memory.log,
      node: 'n',
      nowMs: () => 1000,
      onFolded() {},
      onError() {},
      onCommitted() {},
    })
  let ids = 0
  const rooms = [open(), open()]
  const told: string[] = []
  const partsOf = (room: RoomLog | null = rooms[0] ?? null) => ({
    uploads: { markTold: async ({ state }: { state: string }) => told.push(state) > 0 },
    log: memory.log,
    rooms: { open: async () => room },
    newId: () => `v${++ids}`,
  })
  const attachments = [{ uploadId, name, bytes, contentType, sha256, state: 'scanning' as const }]
  const common = { senderId: 'ann', deviceId: 'd', clientSeq: 1, type: 'file' as const, body: 'look', clientCreatedAt: 0, attachments }
  const send = (id: string) =>
    rooms[0]?.append({ id, kind: 'message', actorId: 'ann', operationId: id, attempt: 1, uploadIds: [uploadId], message: { ...common, clientMessageId: id } })
  const statesIn = () => memory.stored.flatMap((entry) => (entry.kind === 'message' ? (contentOf(entry).attachments ?? [null]).map((file) => file?.state) : []))
  return { memory, rooms, told, partsOf, send, statesIn }
}

test('every message that carries the file is told once, whoever tells it', async () => {
  const { memory, rooms, told, partsOf, send, statesIn } = setUp()
  await send('m1')
  await send('m2')
  await Promise.all([appendVerdict(partsOf(rooms[0]), upload), appendVerdict(partsOf(rooms[1]), upload)])
  expect(await appendVerdict(partsOf(), upload)).toBe(0)
  expect(memory.stored.map(({ kind, actorId }) => [kind, actorId]).slice(2)).toEqual([
    ['upload-state', 'system'],
    ['upload-state', 'system'],
  ])
  expect(statesIn()).toEqual(['clean', 'clean'])
  expect(told).toEqual(['clean', 'clean', 'clean'])
  for (const entry of memory.stored) if (entry.kind === 'message') expect(recordOf(entry)).toEqual(foldLog(memory.stored).get(entry._id))
})

test('nothing is told before there is a verdict', async () => {
  const { partsOf, send, told, statesIn } = setUp()
  await send('m1')
  expect(await appendVerdict(partsOf(), storedUpload({ state: 'scanning' }))).toBe(0)
  expect([statesIn(), told]).toEqual([['scanning'], []])
})

test('a file that expires after it was clean is told again', async () => {
  const { partsOf, send, statesIn } = setUp()
  await send('m1')
  await appendVerdict(partsOf(), upload)
  expect(await appendVerdict(partsOf(), storedUpload({ state: 'expired' }))).toBe(1)
  expect(statesIn()).toEqual(['expired'])
})

test('a deleted message has no files any more, and is told nothing', async () => {
  const { memory, rooms, partsOf, send } = setUp()
  await send('m1')
  await rooms[0]?.append({ id: 'd', kind: 'delete', actorId: 'ann', operationId: 'd', attempt: 1, messageId: 'm1', payload: { by: 'author' } })
  expect(await appendVerdict(partsOf(), upload)).toBe(0)
  expect(JSON.stringify(memory.stored)).not.toContain('a.png')
  expect(memory.stored.length).toBe(2)
  expect(recordOf(memory.stored[0] ?? never())).toEqual(foldLog(memory.stored).get('m1'))
})

test('users can’t tell of files', async () => {
  const { rooms, send } = setUp()
  await send('m1')
  const payload = { uploadId, state: 'clean' as const }
  const intent = { id: 'x', kind: 'upload-state' as const, actorId: 'ann', operationId: 'x', attempt: 1, messageId: 'm1', payload }
  expect(await rooms[0]?.append(intent)).toMatchObject({ ok: false, error: { code: 'forbidden' } })
})

function never(): never {
  throw new Error('nothing is stored')
}
