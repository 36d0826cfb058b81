/** Retention on a real store and a real object store, stopped at every step and gone on with by a node that knows nothing of it. */
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { components } from '../components/table.ts'
import { archiveOf } from './archive.ts'
import { openSurroundings } from './fixtures/real-nodes.ts'
import { foldLog, recordOf } from './fold-records.ts'
import { logStoreOf } from './log-store.ts'
import { openStorage } from './object-storage.ts'
import { RecordChanges } from './record-changes.ts'
import { retentionSettingsOf } from './retention.ts'
import { retainRoom } from './retention-run.ts'
import { retentionSweep } from './retention-sweep.ts'
import { roomsOf } from './rooms.ts'
import { searchPipeline } from './search.ts'
import { indexesOf, openStore } from './store.ts'
import { unreadPipeline } from './unread.ts'
import type { Surroundings } from './fixtures/real-nodes.ts'
import type { ObjectStorage } from './object-storage.ts'
import type { RetentionSetting } from './room-retention.ts'
import type { RetentionParts, RetentionStep } from './retention-run.ts'
import type { RoomLog } from './room-log.ts'
import type { Store } from './store.ts'

let surroundings: Surroundings
let store: Store
let storage: ObjectStorage
let nowMs = 1_000_000

beforeAll(async () => {
  surroundings = await openSurroundings('retention')
  const mongo = await surroundings.startComponent(components.mongo)
  const objects = await surroundings.startComponent(components.store)
  storage = openStorage({ url: objects.url.href, bucket: objects.bucket, region: objects.region, ...objects.credentials })
  store = openStore(mongo.url.href, 'retention')
  await indexesOf(store).roomSeq()
  await indexesOf(store).actorOperation()
  await indexesOf(store).others()
})
afterAll(async () => {
  await store.client.close()
  await surroundings[Symbol.asyncDispose]()
})

/** A node that has just started; `reached` is called after each step. */
function startNode(reached: RetentionParts['reached'] = async () => undefined, objects = storage) {
  const changes = new RecordChanges()
  const log = logStoreOf(store.log, store.audits)
  const onError = (error: unknown): never => {
    throw error
  }
  const rooms = roomsOf(
    store,
    { log, node: 'n', nowMs: () => nowMs, onError, onFolded: (roomId, entry) => changes.observe(roomId, entry), onCommitted: () => undefined },
    uuidv7,
  )
  const parts: RetentionParts = { store, log, rooms, changes, archive: archiveOf(store, objects), nowMs: () => nowMs, newId: uuidv7, reached }
  const settings = retentionSettingsOf({ store, log, canArchive: true, nowMs: () => (nowMs += 100), newId: uuidv7 })
  return { parts, rooms, settings, retain: (roomId: string) => retainRoom(parts, roomId) }
}
type Node = ReturnType<typeof startNode>

async function append(room: RoomLog, kind: 'join' | 'message' | 'edit' | 'react', body = '', messageId?: string): Promise<string> {
  const id = uuidv7()
  const operationId = uuidv7()
  const message = { senderId: 'ann', deviceId: 'd', clientMessageId: operationId, clientSeq: 1, type: 'text' as const, body, clientCreatedAt: 1 }
  const outcome = await room.append({
    id,
    kind,
    actorId: 'ann',
    operationId,
    attempt: 1,
    ...(kind === 'message' ? { message } : {}),
    ...(kind === 'edit' && messageId !== undefined ? { messageId, payload: { body } } : {}),
    ...(kind === 'react' && messageId !== undefined ? { messageId, payload: { emoji: body } } : {}),
  })
  if (!outcome.ok) throw new Error(outcome.error.message)
  return id
}

/** A join, three messages of which the second is edited, then one that is too young: seqs 1 to 6. */
async function makeRoom(node: Node, roomId: string, setting: Partial<RetentionSetting> = {}): Promise<{ room: RoomLog; ids: string[] }> {
  const room = await node.rooms.create(roomId)
  await append(room, 'join')
  const ids = [await append(room, 'message', 'one'), await append(room, 'message', 'two'), await append(room, 'message', 'three')]
  await append(room, 'edit', 'two, edited', ids[1])
  nowMs += 10_000
  ids.push(await append(room, 'message', 'young'))
  await node.settings.set(room, { policy: { kind: 'archive', afterMs: 5000 }, legalHold: false, ...setting }, 'ann')
  return { room, ids }
}
const window = (room: RoomLog, upTo = 100) => ({ roomId: room.roomId, epoch: room.epoch, after: 0, upTo })
const stored = (room: RoomLog) => startNode().parts.log.readWindow(window(room))
const bodies = async (room: RoomLog) => (await stored(room)).flatMap((entry) => (entry.kind === 'message' ? [entry.body] : []))
const archived = async (room: RoomLog) => {
  const archive = archiveOf(store, storage)
  const found = await archive.read(window(room), await archive.list(room.roomId, room.epoch))
  return found.flatMap(({ entry }) => (entry.kind === 'message' ? [entry.body] : []))
}
const untilStopped = (at: RetentionStep) => async (step: RetentionStep) => {
  if (step === at) throw new Error(`stopped after ${step}`)
}

test.for(['claimed', 'archived', 'decided', 'purged'] as const)(
  'stopped after "%s", another node goes on, and each message is archived once and purged once',
  async (step) => {
    const { room } = await makeRoom(startNode(), `stopped-${step}`)
    await expect(startNode(untilStopped(step)).retain(room.roomId)).rejects.toThrow('stopped after')
    const other = startNode()
    while (await other.retain(room.roomId)) continue
    expect(await other.retain(room.roomId)).toBe(false)

    const entries = await stored(room)
    expect(entries.map((entry) => entry.kind)).toEqual(['join', 'message', 'message', 'message', 'edit', 'message', 'purged'])
    expect(entries[6]).toMatchObject({ actorId: 'system', payload: { throughSeq: 5, archived: true } })
    expect(await bodies(room)).toEqual([null, null, null, 'young'])
    expect(entries[2]).toMatchObject({
      payload: { body: null },
      edits: [],
      searchTerms: [],
      bodyHash: expect.any(String),
      deleted: { kind: 'retention', by: 'system' },
      retention: { policy: 'archive', archivedTo: expect.stringContaining(`archive/${room.roomId}/`) },
    })
    expect(entries[4]?.payload.body).toBeNull()
    const folded = foldLog(entries)
    for (const entry of entries.filter(({ kind }) => kind === 'message')) expect(recordOf(entry)).toEqual(folded.get(entry._id))
    expect(await archived(room)).toEqual(['one', 'two, edited', 'three'])
    const row = await store.rooms.findOne({ _id: room.roomId })
    expect([row?.purgedThrough, row?.retentionRun]).toEqual([5, undefined])
  },
)

test('what is to be deleted is purged without an archive', async () => {
  const { room } = await makeRoom(startNode(), 'deleted', { policy: { kind: 'delete', afterMs: 5000 } })
  await startNode().retain(room.roomId)
  expect(await bodies(room)).toEqual([null, null, null, 'young'])
  expect((await stored(room)).at(-1)).toMatchObject({ kind: 'purged', payload: { throughSeq: 5, archived: false } })
  expect(await archived(room)).toEqual([])
})

test('a legal hold that comes before the decision stops the purge until it is lifted', async () => {
  const { room } = await makeRoom(startNode(), 'held')
  const policy = { kind: 'archive', afterMs: 5000 } as const
  const hold = async (step: RetentionStep) => {
    if (step === 'archived') expect(await startNode().settings.set(room, { policy, legalHold: true }, 'ann')).toBe(true)
  }
  await startNode(hold).retain(room.roomId)
  await startNode().retain(room.roomId)
  expect(await bodies(room)).toEqual(['one', 'two, edited', 'three', 'young'])
  await startNode().settings.set(room, { policy, legalHold: false }, 'ann')
  await startNode().retain(room.roomId)
  expect(await bodies(room)).toEqual([null, null, null, 'young'])
})

test('a legal hold that comes after the decision is not acked before that purge is done', async () => {
  const { room } = await makeRoom(startNode(), 'late-hold')
  const held = { policy: { kind: 'archive', afterMs: 5000 }, legalHold: true } as const
  await expect(startNode(untilStopped('decided')).retain(room.roomId)).rejects.toThrow('stopped')
  expect(await startNode().settings.set(room, held, 'ann')).toBe(false)
  await startNode().retain(room.roomId)
  expect(await bodies(room)).toEqual([null, null, null, 'young'])
  expect(await startNode().settings.set(room, held, 'ann')).toBe(true)
})

test('another policy before the decision drops the purge', async () => {
  const { room } = await makeRoom(startNode(), 'changed')
  await expect(startNode(untilStopped('archived')).retain(room.roomId)).rejects.toThrow('stopped')
  await startNode().settings.set(room, { policy: { kind: 'keep' }, legalHold: false }, 'ann')
  expect(await startNode().retain(room.roomId)).toBe(false)
  expect(await bodies(room)).toEqual(['one', 'two, edited', 'three', 'young'])
  expect((await store.rooms.findOne({ _id: room.roomId }))?.retentionRun).toBeUndefined()
})

test('an edit between archive and purge, made through another node, is archived before it is purged', async () => {
  const { room, ids } = await makeRoom(startNode(), 'edited')
  let edits = 0
  const edit = async (step: RetentionStep) => {
    if (step === 'decided' && edits++ === 0) await append(room, 'edit', 'one, edited late', ids[0])
  }
  await startNode(edit).retain(room.roomId)
  expect(await bodies(room)).toEqual([null, null, null, 'young'])
  expect(await archived(room)).toEqual(['one, edited late', 'two, edited', 'three'])
  expect((await stored(room)).filter((entry) => entry.kind === 'purged')).toHaveLength(1)
})

test('whatever else changes a message between archive and purge is archived with it: a reaction', async () => {
  const { room, ids } = await makeRoom(startNode(), 'reacted')
  let reactions = 0
  const react = async (step: RetentionStep) => {
    if (step === 'decided' && reactions++ === 0) await append(room, 'react', '+1', ids[2])
  }
  await startNode(react).retain(room.roomId)
  const archive = archiveOf(store, storage)
  const found = await archive.read(window(room), await archive.list(room.roomId, room.epoch))
  const [purged] = (await stored(room)).filter(({ _id }) => _id === ids[2])
  expect(found.find(({ entry }) => entry._id === ids[2])?.entry).toMatchObject({ body: 'three', rev: purged?.rev, reactions: [{ emoji: '+1', userId: 'ann' }] })
  expect(purged).toMatchObject({ body: null, deleted: { kind: 'retention' } })
})

test('an object store that keeps less than it was given makes nothing be purged', async () => {
  const { room } = await makeRoom(startNode(), 'damaged')
  const cutting: ObjectStorage = { ...storage, put: (key, body, type) => storage.put(key, key.endsWith('.ndjson') ? body.slice(0, -10) : body, type) }
  await expect(startNode(undefined, cutting).retain(room.roomId)).rejects.toThrow('is not what was archived')
  expect(await bodies(room)).toEqual(['one', 'two, edited', 'three', 'young'])
  await startNode().retain(room.roomId)
  expect(await archived(room)).toEqual(['one', 'two, edited', 'three'])
})

test('two nodes that sweep at once purge once; the lease only saves the second its work', async () => {
  const { room } = await makeRoom(startNode(), 'twice')
  await Promise.all([startNode().retain(room.roomId), startNode().retain(room.roomId), startNode().retain(room.roomId)])
  await startNode().retain(room.roomId)
  expect((await stored(room)).filter((entry) => entry.kind === 'purged')).toHaveLength(1)
  expect(await archived(room)).toEqual(['one', 'two, edited', 'three'])

  const visits: string[] = []
  const sweep = (node: string) => {
    const { parts } = startNode(async () => void visits.push(node))
    return retentionSweep({ ...parts, store, node, leaseMs: 1000, onError: (error) => expect.fail(String(error)) })
  }
  await makeRoom(startNode(), 'leased')
  await sweep('n-1')()
  await sweep('n-2')()
  expect(new Set(visits)).toEqual(new Set(['n-1']))
  nowMs += 2000
  await makeRoom(startNode(), 'leased-later')
  await sweep('n-2')()
  expect(visits).toContain('n-2')
})

test('every query of search, unread counts, archives and the sweep is answered from an index', async () => {
  const terms = ['creme', 'brul']
  const stays = [{ joinedSeq: 1, leftSeq: null }]
  const plans = await Promise.all([
    store.log.aggregate(searchPipeline('r', 'e', stays, terms, 10)).explain(),
    store.log.aggregate(searchPipeline('r', 'e', stays, ['brul'], 10)).explain(),
    store.log.aggregate(unreadPipeline({ roomId: 'r', epoch: 'e', after: 0, upTo: 1000 }, 'ann')).explain(),
    store.cursors.find({ userId: 'ann' }).explain(),
    store.rooms.find({ 'retention.policy.kind': 'archive' }).explain(),
    store.database.collection('archives').find({ roomId: 'r', epoch: 'e' }).explain(),
  ])
  for (const plan of plans.map((plan) => JSON.stringify(plan))) {
    expect(plan).toContain('IXSCAN')
    expect(plan).not.toContain('COLLSCAN')
  }
})
