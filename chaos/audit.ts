/**
 * The audit: reads the stored truth directly with majority, and reads every room whole through sync and history as a
 * fresh device of its earliest member. Each reader's rows are recorded apart, so that the checks compare them first.
 */
import { type Collection, type Db, MongoClient } from 'mongodb'
import { v7 as uuidv7 } from 'uuid'
import { entryBits, entryKindCode, recordBits } from '../reports/history/codes.ts'
import { kinds } from '../reports/history/kinds.ts'
import { bodyHash, recordHash } from '../reports/history/record-hash.ts'
import type { HistoryWriter } from '../reports/history/writer.ts'
import type { RunningCluster } from '../system/cluster/cluster.ts'
import type { WireEntry } from '../system/protocol.ts'
import { recordChange } from './audit-changes.ts'
import { auditKeeping } from './audit-keeping.ts'
import { readRoomAsFreshDevice, type RoomAsRead } from './audit-reader.ts'
import { auditUploads } from './audit-uploads.ts'
import { openObjects } from './objects.ts'
import { messageId, messageIdOf, type StoredEntry, storedHash } from './stored-entry.ts'

/** Bits of the `layer` column of audit rows. */
const readers = { store: 1, sync: 2, history: 4 }
/** A room that can't be read takes the reader's whole deadline, and must not hold up the others. */
const roomsAtOnce = 6
/** At a room that doesn't stand still. */
const looks = 3

export interface AuditOptions {
  cluster: RunningCluster
  writer: HistoryWriter
  /** Nanoseconds since the start of the run. */
  nowNs: () => number
  rooms: readonly string[]
  clientOfUser: ReadonlyMap<string, number>
  cohort: string
}

export interface AuditSummary {
  messages: number
  entries: number
  /** What makes the audit doubtful as a whole. */
  problems: string[]
  /** Rooms that a fresh client could not read. The store was read all the same, and what it lacks is lost, whoever can't be served for it. */
  failedSteps: string[]
}

export async function audit(options: AuditOptions): Promise<AuditSummary> {
  const { cluster, rooms } = options
  const mongo = await MongoClient.connect(cluster.mongo.url, { serverSelectionTimeoutMS: 5_000, readConcernLevel: 'majority' })
  const summary: AuditSummary = { messages: 0, entries: 0, problems: [], failedSteps: [] }
  try {
    const log = mongo.db(cluster.mongo.database).collection<StoredEntry>('room_log')
    const waiting = rooms.values()
    const readInTurn = async (): Promise<void> => {
      for (const room of waiting) await auditRoom(options, log, room, summary)
    }
    await Promise.all(Array.from({ length: roomsAtOnce }, readInTurn))
    await auditOthers(options, mongo.db(cluster.mongo.database))
  } finally {
    await mongo.close()
  }
  return summary
}

async function auditRoom(options: AuditOptions, log: Collection<StoredEntry>, room: string, summary: AuditSummary): Promise<void> {
  let stored = await readStored(log, room)
  let read = await readAsMember(options, room, stored)
  // A sweep of the nodes may have come between the two looks, so the store is asked again: only of a room that stood still is a difference one of the readers.
  for (let look = 1; look < looks && read.kind === 'read'; look++) {
    const after = await readStored(log, room)
    if (isSameLog(stored, after)) break
    stored = after
    read = await readAsMember(options, room, stored)
  }
  recordStored(options, room, stored)
  summary.entries += stored.length
  summary.messages += stored.filter((entry) => entry.kind === 'message').length
  if (read.kind === 'nobody') summary.problems.push(`room ${room} has no member in the store`)
  else if (read.kind === 'failed') summary.failedSteps.push(`a fresh client of ${room}: ${read.why}`)
  else {
    if (read.sync) recordRead(options, room, read.sync, readers.sync, read.head)
    recordRead(options, room, read.history, readers.history, read.head)
  }
}

type Read = ({ kind: 'read' } & RoomAsRead) | { kind: 'failed'; why: string } | { kind: 'nobody' }

async function readStored(log: Collection<StoredEntry>, room: string): Promise<StoredEntry[]> {
  return (await log.find({ roomId: room }, { timeoutMS: 20_000 }).toArray()).toSorted((left, right) => left.seq - right.seq)
}

/** Whether nothing was added, changed or purged between two reads of a room. */
export function isSameLog(before: readonly StoredEntry[], after: readonly StoredEntry[]): boolean {
  const stateOf = (entry: StoredEntry): string => `${entry.seq} ${entry._id} ${entry.rev ?? entry.seq} ${storedHash(entry)}`
  return before.length === after.length && before.every((entry, index) => stateOf(entry) === stateOf(after[index] ?? entry))
}

async function readAsMember({ cluster, cohort }: AuditOptions, room: string, stored: readonly StoredEntry[]): Promise<Read> {
  const first = stored[0]
  const reader = readerOf(stored)
  if (!first || !reader) return { kind: 'nobody' }
  try {
    const token = await cluster.mintToken(reader.user, `audit-${uuidv7()}`)
    const { head, sync, history } = await readRoomAsFreshDevice({ url: cluster.entrance(cohort), token, room, epoch: first.epoch })
    // Between two stays a member sees nothing; the rows of a reader tell one stretch.
    const since = (entries: readonly WireEntry[]) => entries.filter((entry) => entry.seq >= reader.joinedSeq)
    return { kind: 'read', head, sync: sync === null ? null : since(sync), history: since(history) }
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) }
  }
}

/** What the store holds besides the log. */
async function auditOthers({ cluster, writer, nowNs, clientOfUser }: AuditOptions, database: Db): Promise<void> {
  await auditUploads({ database, writer, nowNs, clientOfUser })
  using objects = cluster.store === null ? null : openObjects(cluster.store)
  await auditKeeping({ database, objects, writer, nowNs, wallMs: Date.now })
}

/** Whoever is a member now and joined first of those, the owner if possible: what is held is whole to the owner alone of all members that nobody appointed. */
export function readerOf(stored: readonly Pick<StoredEntry, 'kind' | 'actorId' | 'seq' | 'payload'>[]): { user: string; joinedSeq: number } | null {
  const joined = new Map<string, number>()
  for (const { kind, actorId, seq, payload } of stored) {
    const user = payload?.userId ?? actorId
    if (kind === 'join' && !joined.has(user)) joined.set(user, seq)
    if (kind === 'leave' || (kind === 'ban' && payload?.banned !== false)) joined.delete(user)
  }
  const [earliest] = [...joined].toSorted(([, left], [, right]) => left - right)
  return earliest === undefined ? null : { user: earliest[0], joinedSeq: earliest[1] }
}

function recordStored(options: AuditOptions, room: string, stored: readonly StoredEntry[]): void {
  const { writer, nowNs } = options
  const roomName = writer.name(room)
  const messages = new Map<string, number>()
  for (const entry of stored) {
    if (entry.kind === 'message') messages.set(entry._id, recordMessage(options, roomName, entry))
    else recordEntry(options, roomName, entry, messages.get(entry.messageId ?? '') ?? -1)
  }
  const last = stored.at(-1)
  writer.row(nowNs(), -1, -1, roomName, kinds.auditHead.code, readers.store, -1, last?.seq ?? 0, -1, writer.name(last?.epoch ?? ''))
}

/** Judged by what was sent, so by its first content; what later entries made of it is a row of its own. Gives the message id. */
function recordMessage({ writer, nowNs, clientOfUser }: AuditOptions, roomName: number, entry: StoredEntry): number {
  const first = entry.payload?.body ?? null
  const message = messageIdOf(writer, entry)
  const rev = entry.rev ?? entry.seq
  const bits = (first === null ? recordBits.stub : 0) | (entry.moderation?.state === 'held' ? recordBits.held : 0)
  const isOne = entry.senderId === undefined || entry.senderId === entry.actorId
  const sender = isOne ? (clientOfUser.get(entry.actorId) ?? -1) : -1
  writer.row(nowNs(), sender, writer.name(entry.acceptedBy), roomName, kinds.stored.code, bits, message, entry.seq, rev, first === null ? -1 : bodyHash(first))
  writer.row(nowNs(), -1, -1, roomName, kinds.storedId.code, 0, message, entry.seq, writer.name(entry.epoch), writer.name(entry._id))
  if (rev > entry.seq || bits !== 0) writer.row(nowNs(), -1, -1, roomName, kinds.storedRecord.code, bits, message, entry.seq, rev, storedHash(entry))
  return message
}

/** What an entry about a member brings, as bits of its row. */
export function bitsOf({ kind, payload = {} }: Pick<StoredEntry, 'kind' | 'payload'>): number {
  if (kind === 'role') return payload.role === undefined ? 0 : entryBits[payload.role]
  if (kind !== 'ban' && kind !== 'mute') return 0
  if (payload.banned === false || payload.muted === false) return entryBits.lifted
  return payload.until == null ? 0 : entryBits.limited
}

const aboutMembers: ReadonlySet<string> = new Set(['join', 'leave', 'role', 'ban', 'mute'])

function recordEntry({ writer, nowNs, clientOfUser }: AuditOptions, roomName: number, entry: StoredEntry, message: number): void {
  const { kind, actorId, payload } = entry
  const concerned = aboutMembers.has(kind) ? (payload?.userId ?? actorId) : actorId
  const actor = concerned === actorId ? -1 : (clientOfUser.get(actorId) ?? -1)
  writer.row(
    nowNs(),
    clientOfUser.get(concerned) ?? -1,
    actor,
    roomName,
    kinds.storedEntry.code,
    bitsOf(entry),
    message,
    entry.seq,
    writer.name(entry.epoch),
    entryKindCode(kind),
  )
  recordChange({ writer, atNs: nowNs(), room: roomName, message }, entry)
}

function recordRead({ writer, nowNs }: AuditOptions, room: string, entries: readonly WireEntry[], reader: number, head: number): void {
  const roomName = writer.name(room)
  for (const { kind, message, id, seq, rev } of entries) {
    if (kind !== 'message' || message === undefined) {
      writer.row(nowNs(), -1, -1, roomName, kinds.auditedEntry.code, reader, -1, seq, -1, entryKindCode(kind))
      continue
    }
    const stub = message.body === null ? recordBits.stub : 0
    const own = messageId(writer, message.body, message.clientMessageId || id)
    writer.row(nowNs(), -1, -1, roomName, kinds.audited.code, reader | stub, own, seq, rev, recordHash(message))
  }
  writer.row(nowNs(), -1, -1, roomName, kinds.auditHead.code, reader, -1, head, -1, writer.name(entries[0]?.epoch ?? ''))
}
