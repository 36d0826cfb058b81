/** Every query of the store's parts, as it is really sent, is explained by a real store: none reads a whole collection. */
import { expect, test } from 'vitest'
import { components } from '../components/table.ts'
import { confirmationStoreOf } from './confirmations.ts'
import { receiptStoreOf } from './cursors.ts'
import { DeviceConnections } from './device-connections.ts'
import { openSurroundings } from './fixtures/real-nodes.ts'
import { storedUpload } from './fixtures/stored-upload.ts'
import { LastSeen } from './last-seen.ts'
import { leaseStoreOf } from './lease-store.ts'
import { logStoreOf } from './log-store.ts'
import { roomsOf } from './rooms.ts'
import { messageSearchOf } from './search.ts'
import { indexesOf, openStore } from './store.ts'
import { uploadStoreOf } from './upload-store.ts'
import { unreadStoreOf } from './unread.ts'
import type { CommandStartedEvent, Document } from 'mongodb'
import type { Intent } from './entries.ts'
import type { Store } from './store.ts'

interface Query {
  collection: string
  filter: Document
}

/** The filters of a command that the driver sends: of a find, of updates and deletes, of the first stage of an aggregate. */
function queriesOf({ command }: CommandStartedEvent): Query[] {
  const of = (collection: unknown, filters: (Document | undefined)[]) =>
    filters.flatMap((filter) => (filter === undefined ? [] : { collection: String(collection), filter }))
  if (command['find'] !== undefined) return of(command['find'], [command['filter']])
  if (command['update'] !== undefined)
    return of(
      command['update'],
      command['updates'].map((update: Document) => update['q']),
    )
  if (command['delete'] !== undefined)
    return of(
      command['delete'],
      command['deletes'].map((deletion: Document) => deletion['q']),
    )
  if (command['aggregate'] !== undefined) return of(command['aggregate'], [command['pipeline'][0]?.['$match']])
  return []
}
/** Two filters of one shape are one query. */
const shapeOf = ({ collection, filter }: Query) =>
  `${collection} ${JSON.stringify(filter, (_, value: unknown) => (typeof value === 'object' && value !== null ? value : typeof value))}`

async function stagesOf({ database }: Store, { collection, filter }: Query): Promise<string[]> {
  const plan = await database.collection(collection).find(filter).explain('queryPlanner')
  return [...JSON.stringify(plan['queryPlanner'].winningPlan).matchAll(/"stage":"([A-Z_]+)"/g)].map((match) => match[1] ?? '')
}

/** Makes every part send each of its queries once. */
async function useEverything(store: Store): Promise<void> {
  const log = logStoreOf(store.log, store.audits)
  let ids = 0
  const rooms = roomsOf(store, { log, node: 'n', nowMs: () => 1000, onFolded() {}, onCommitted() {}, onError: (error) => Promise.reject(error) }, () => 'e')
  const room = await rooms.create('r')
  const append = async (intent: Pick<Intent, 'kind'> & Partial<Intent>) => {
    const id = `i${++ids}`
    const outcome = await room.append({ id, actorId: 'ann', operationId: id, attempt: 1, ...intent })
    if (!outcome.ok) throw new Error(outcome.error.message)
    return id
  }
  const message = { senderId: 'ann', deviceId: 'd', clientMessageId: 'c', clientSeq: 1, type: 'text' as const, body: 'hello world', clientCreatedAt: 0 }
  await append({ kind: 'join' })
  const messageId = await append({ kind: 'message', message })
  await append({ kind: 'edit', messageId, payload: { body: 'hello again' } })
  await append({ kind: 'moderate', messageId, payload: { action: 'hold' } })
  await append({ kind: 'moderate', messageId, payload: { action: 'release' } })
  await append({ kind: 'delete', messageId, payload: { by: 'author' } })
  await append({ kind: 'ban', payload: { userId: 'eve', banned: true, until: null } })
  await rooms.save(room)
  rooms.forgetAll()
  await rooms.open('r')
  await rooms.roomsOf('ann')
  const window = { roomId: 'r', epoch: 'e', after: 0, upTo: 100 }
  await log.readHeads([window])
  await log.findOperation('ann', 'i1')
  const receipts = receiptStoreOf(store)
  await receipts.write([{ roomId: 'r', userId: 'ann', deviceId: 'd', deliveredSeq: 1, readSeq: 1 }])
  await receipts.changed(['r'], null)
  await receipts.changed(['r', 's'], 1)
  const leases = leaseStoreOf(store)
  await leases.renew({ bootId: 'b', node: 'n', leaseMs: 1000 })
  await leases.live()
  await leases.release('b')
  const confirmations = confirmationStoreOf(store)
  await confirmations.confirm({ id: 'i7', room: 'r', epoch: 'e', seq: 7 }, { node: 'n', bootId: 'b' })
  await confirmations.find('i7')
  await confirmations.pending()
  await confirmations.finish('i7')
  const connections = new DeviceConnections(store, () => {})
  connections.opened({ user: 'ann', device: 'd', room: null, connectionNumber: 1 })
  await connections.round()
  connections.closed({ user: 'ann', device: 'd', room: null, connectionNumber: 1 })
  await connections.round()
  await messageSearchOf(store).find({ roomId: 'r', epoch: 'e' }, [{ joinedSeq: 1, leftSeq: null }], ['hello', 'wor'], 10)
  const unread = unreadStoreOf(store)
  await unread.count(window, 'bob')
  await unread.readSeqs('ann')
  const lastSeen = new LastSeen(store.users)
  lastSeen.saw('ann', 1)
  await lastSeen.flush()
  await lastSeen.read(['ann'])
  await useUploads(store)
  await log.findCarriers('f')
  // Of the record's indexes, the two that only operators and sweeps ask by.
  await store.log.find({ senderId: 'ann', createdAt: { $gt: 0, $lte: 2000 } }).toArray()
  await store.log.find({ 'retention.expiresAt': { $lte: 5 } }).toArray()
}

async function useUploads(store: Store): Promise<void> {
  const uploads = uploadStoreOf(store.uploads, 1000)
  await uploads.reserve(storedUpload({ _id: 'f', state: 'reserved', servedKey: null }))
  await uploads.findMany(['f'])
  await uploads.findOperation('ann', 'o')
  await uploads.complete('f', 'files/f/1', 1)
  await uploads.fail('f', 'error', 'because', 1)
  await uploads.attach(['f'], { roomId: 'tea', userId: 'ann' }, 1)
  const claimed = await uploads.claimForScan(5, 10)
  if (claimed === null) throw new Error('there is nothing to scan')
  await uploads.scanLater(claimed, 6, true)
  await uploads.verdict(claimed, 'clean', { verdict: 'clean' }, 7)
  const judged = await uploads.find('f')
  if (judged === null) throw new Error('the upload is gone')
  await uploads.markTold(judged)
  await uploads.untold(100, 10)
  await uploads.overdue(100_000, 10)
  await uploads.unswept(100_000, 10)
  await uploads.unchecked(10_000, 10)
  await uploads.checked('f', 1)
  await uploads.abandon(judged, 8)
  await uploads.markSwept('f')
}

test('no query reads a whole collection', async () => {
  await using surroundings = await openSurroundings('indexes')
  const mongo = await surroundings.startComponent(components.mongo)
  const store = openStore(mongo.url.href, 'chat', { monitorCommands: true })
  try {
    await indexesOf(store).roomSeq()
    await indexesOf(store).actorOperation()
    await indexesOf(store).uploadOperation()
    await indexesOf(store).others()
    const sent = new Map<string, Query>()
    store.client.on('commandStarted', (event) => {
      for (const query of queriesOf(event)) sent.set(shapeOf(query), query)
    })
    await useEverything(store)
    const queries = [...sent]
    const scanning: string[] = []
    for (const [shape, query] of queries) {
      const stages = await stagesOf(store, query)
      if (stages.includes('COLLSCAN') || !stages.some((stage) => /IXSCAN|IDHACK|EXPRESS/.test(stage))) scanning.push(`${shape}: ${stages.join(' ')}`)
    }
    expect(scanning).toEqual([])
    expect(queries.length).toBeGreaterThan(20)
  } finally {
    await store.client.close()
  }
})
