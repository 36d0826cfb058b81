/**
 * `node system/node/bench/history-page.bench.ts`: a page of history in a room of 1,000,000 entries against one in a room of 100, by the
 * node's own reading code on a real store; and what the indexes that only make reads fast cost an insert. Goal of a page: about 1 x.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createProcessRuntime } from '../../cluster/process-runtime.ts'
import { components, findComponent } from '../../components/table.ts'
import { entryOf } from '../entries.ts'
import { historyWindow } from '../history-window.ts'
import { logStoreOf } from '../log-store.ts'
import { roomsOf } from '../rooms.ts'
import { completed, shownPage } from '../showing.ts'
import { indexesOf, openStore } from '../store.ts'
import { quantileOf } from './fixtures/pace.ts'
import type { HistoryRequest } from '../../protocol.ts'
import type { StoredEntry } from '../entries.ts'
import type { RoomLog } from '../room-log.ts'
import type { Store } from '../store.ts'

const wanted = 1_000_000
/** Taken when the wanted number would need longer than `fillLimitMs`. */
const fallback = 200_000
const fillLimitMs = 60_000
const small = 100
const perInsert = 5000
const insertsAtOnce = 2
const pageRounds = 40
const limit = 50

const reader = 'user-0'
const epoch = 'epoch-1'
const words = [
  'quick',
  'brown',
  'fox',
  'jumps',
  'over',
  'lazy',
  'dog',
  'meeting',
  'tomorrow',
  'lunch',
  'release',
  'deploy',
  'rollback',
  'thanks',
  'hello',
  'why',
]
const bodyOf = (seq: number) => Array.from({ length: 8 }, (_, index) => words[(seq * 7 + index * index * 5 + Math.floor(seq / 16)) % words.length]).join(' ')

function entryAt(roomId: string, seq: number): StoredEntry {
  const [id, actorId] = [`${roomId}-${seq}`, `user-${seq % 50}`]
  const common = { id, actorId, operationId: id, attempt: 1 }
  if (seq === 1) return entryOf({ ...common, actorId: reader, kind: 'join', payload: { userId: reader } }, { roomId, epoch, seq }, 'bench', seq)
  const body = bodyOf(seq)
  const message = { senderId: actorId, deviceId: 'd', clientMessageId: id, clientSeq: seq, type: 'text' as const, body, clientCreatedAt: seq }
  return entryOf({ ...common, kind: 'message', message }, { roomId, epoch, seq }, 'bench', seq)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now()
  await work()
  return performance.now() - beganMs
}

async function insert(store: Store, roomId: string, from: number, to: number): Promise<void> {
  const starts = Array.from({ length: Math.ceil((to - from) / perInsert) }, (_, index) => from + index * perInsert).values()
  const worker = async () => {
    for (const start of starts) {
      const entries = Array.from({ length: Math.min(perInsert, to - start) }, (_, index) => entryAt(roomId, start + index + 1))
      // Not what a node asks for: the point is to have them there.
      await store.log.insertMany(entries, { ordered: false, writeConcern: { w: 1, journal: false } })
    }
  }
  await Promise.all(Array.from({ length: insertsAtOnce }, worker))
}

/** As many as fit into the time, and gives how many. */
async function fill(store: Store, roomId: string): Promise<number> {
  const sample = fallback / 4
  const sampleMs = await timed(() => insert(store, roomId, 0, sample))
  const projectedMs = (sampleMs * wanted) / sample
  const entries = projectedMs > fillLimitMs ? fallback : wanted
  if (entries < wanted) console.log(`fill       ${wanted} entries would take ${(projectedMs / 1000).toFixed(0)} s here, so the big room has ${entries}`)
  const restMs = await timed(() => insert(store, roomId, sample, entries))
  console.log(`fill       ${entries} entries in ${((sampleMs + restMs) / 1000).toFixed(1)} s`)
  return entries
}

/** The room as a node holds it: saved up to its head, so that opening it folds nothing. */
async function opened(store: Store, roomId: string, head: number): Promise<RoomLog> {
  await store.rooms.insertOne({ _id: roomId, epoch, foldedThrough: head })
  const member = { roomId, epoch, userId: reader, role: 'owner' as const, intervals: [{ joinedSeq: 1, leftSeq: null }], current: true, foldedSeq: 1 }
  await store.memberships.insertOne({ _id: `${roomId}|${epoch}|${reader}`, ...member })
  const log = logStoreOf(store.log, store.audits)
  const onError = (error: unknown) => {
    throw error
  }
  const room = await roomsOf(store, { log, node: 'bench', nowMs: () => Date.now(), onFolded() {}, onCommitted() {}, onError }, () => epoch).open(roomId)
  if (room?.head !== head) throw new Error(`${roomId} opened at ${room?.head}, not ${head}`)
  return room
}

/** What `history:page` does between its request and its answer. */
async function page(store: Store, room: RoomLog, request: Omit<HistoryRequest, 'room'>): Promise<void> {
  const log = logStoreOf(store.log, store.audits)
  await room.catchUp()
  const { from, to } = historyWindow(request, room.head)
  const entries = await log.readWindow({ roomId: room.roomId, epoch, after: from, upTo: to })
  const shown = shownPage(room, reader, await completed(log, entries))
  if (shown.length !== to - from) throw new Error(`${shown.length} entries of ${room.roomId} in (${from}, ${to}]`)
}

async function pages(store: Store, big: RoomLog, little: RoomLog): Promise<void> {
  const asked: Record<string, (head: number) => Omit<HistoryRequest, 'room'>> = {
    newest: () => ({ limit }),
    middle: (head) => ({ before: Math.floor(head / 2) + limit / 2, limit }),
    around: (head) => ({ around: Math.floor(head * 0.6), limit }),
  }
  for (const [name, of] of Object.entries(asked)) {
    const times: Record<'big' | 'little', number[]> = { big: [], little: [] }
    for (let round = 0; round < pageRounds; round++) {
      // In turns, so that whatever else the machine does falls on both.
      times.little.push(await timed(() => page(store, little, of(little.head))))
      times.big.push(await timed(() => page(store, big, of(big.head))))
    }
    const [bigMs, littleMs] = [quantileOf(times.big, 0.5), quantileOf(times.little, 0.5)]
    console.log(
      `page       ${name}: ${bigMs.toFixed(2)} ms of ${big.head} entries, ${littleMs.toFixed(2)} ms of ${little.head}: ${(bigMs / littleMs).toFixed(2)} x (goal: about 1)`,
    )
  }
}

/** Acked inserts a second as a node commits them, in two databases of one store: every index, and the two unique ones. */
async function indexCost(url: string): Promise<void> {
  const [all, unique] = [openStore(url, 'all'), openStore(url, 'unique')]
  try {
    for (const store of [all, unique]) {
      await indexesOf(store).roomSeq()
      await indexesOf(store).actorOperation()
    }
    await indexesOf(all).others()
    for (const [batch, batches] of [
      [1, 150],
      [100, 12],
    ] as const) {
      const perSecond = new Map<Store, number[]>([all, unique].map((store) => [store, []]))
      for (let round = 0; round < 6; round++) {
        for (const [store, rates] of perSecond) {
          const log = logStoreOf(store.log, store.audits)
          const roomId = `room-${batch}-${round}`
          const takenMs = await timed(async () => {
            for (let start = 0; start < batches * batch; start += batch) {
              const outcome = await log.insertBatch(Array.from({ length: batch }, (_, index) => entryAt(roomId, start + index + 1)))
              if (outcome.kind !== 'stored') throw new Error(`insert: ${outcome.kind}`)
            }
          })
          rates.push((batches * batch * 1000) / takenMs)
        }
      }
      const [withAll, withUnique] = [quantileOf(perSecond.get(all) ?? [], 0.5), quantileOf(perSecond.get(unique) ?? [], 0.5)]
      console.log(
        `indexes    by ${batch}: ${withAll.toFixed(0)} acked inserts/s with every index, ${withUnique.toFixed(0)} with the two unique ones: ${(withUnique / withAll).toFixed(2)} x the cost`,
      )
    }
  } finally {
    await Promise.all([all.client.close(), unique.client.close()])
  }
}

const folder = await mkdtemp(join(tmpdir(), 'shakedown-bench-'))
const runId = `history-bench-${process.pid}`
const runtime = await createProcessRuntime({ logFolder: join(folder, 'logs'), runId })
try {
  const found = await findComponent(components.mongo, { install: true, urls: {}, progress: (line) => void process.stderr.write(`${line}\n`) })
  const mongo = await components.mongo.start(found, runtime, { folder: join(folder, 'mongo'), runId })
  console.log(`store      ${mongo.standIn ?? 'MongoDB'} ${mongo.version}`)
  await indexCost(mongo.url.href)
  const store = openStore(mongo.url.href, 'history', { socketTimeoutMS: 120_000 })
  try {
    await indexesOf(store).roomSeq()
    const entries = await fill(store, 'big')
    await insert(store, 'little', 0, small)
    await pages(store, await opened(store, 'big', entries), await opened(store, 'little', small))
  } finally {
    await store.client.close()
  }
} finally {
  await runtime[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
}
