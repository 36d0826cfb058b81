/**
 * The audit: reads the stored truth directly with majority, and reads every room whole through sync and history as a
 * fresh device of its earliest member. Each reader's rows are recorded apart, so that the checks compare them first.
 */
import { MongoClient } from 'mongodb'
import { v7 as uuidv7 } from 'uuid'
import { bodyHash, entryKinds, kinds, messagesPerClient } from '../reports/history/kinds.ts'
import type { HistoryWriter } from '../reports/history/writer.ts'
import { parseBody } from '../scenarios/message-body.ts'
import type { RunningCluster } from '../system/cluster/cluster.ts'
import type { WireEntry } from '../system/protocol.ts'
import { readRoomAsFreshDevice } from './audit-reader.ts'

interface StoredEntry {
  _id: string
  roomId: string
  epoch: string
  seq: number
  rev?: number
  kind: string
  actorId: string
  body?: string | null
  acceptedBy: string
}

/** Bits of the `layer` column of audit rows. */
const readers = { store: 1, sync: 2, history: 4 }

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
  problems: string[]
}

export async function audit(options: AuditOptions): Promise<AuditSummary> {
  const { cluster, rooms } = options
  const mongo = await MongoClient.connect(cluster.mongo.url, { serverSelectionTimeoutMS: 5_000, readConcernLevel: 'majority' })
  const summary: AuditSummary = { messages: 0, entries: 0, problems: [] }
  try {
    const log = mongo.db(cluster.mongo.database).collection<StoredEntry>('room_log')
    for (const room of rooms) {
      const stored = (await log.find({ roomId: room }, { timeoutMS: 20_000 }).toArray()).toSorted((left, right) => left.seq - right.seq)
      recordStored(options, room, stored)
      summary.entries += stored.length
      summary.messages += stored.filter((entry) => entry.kind === 'message').length
      const first = stored.find((entry) => entry.kind === 'join')
      if (!first) {
        summary.problems.push(`room ${room} has no member in the store`)
        continue
      }
      try {
        const token = await cluster.mintToken(first.actorId, `audit-${uuidv7()}`)
        const read = await readRoomAsFreshDevice({ url: cluster.entrance(options.cohort), token, room, epoch: first.epoch })
        if (read.sync) recordRead(options, room, read.sync, readers.sync, read.head)
        recordRead(options, room, read.history, readers.history, read.head)
      } catch (error) {
        summary.problems.push(`room ${room}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  } finally {
    await mongo.close()
  }
  return summary
}

function recordStored({ writer, nowNs, clientOfUser }: AuditOptions, room: string, stored: readonly StoredEntry[]): void {
  const roomName = writer.name(room)
  for (const entry of stored) {
    const epoch = writer.name(entry.epoch)
    if (entry.kind === 'message') {
      const message = messageId(writer, entry.body ?? null, entry._id)
      writer.row(
        nowNs(),
        clientOfUser.get(entry.actorId) ?? -1,
        writer.name(entry.acceptedBy),
        roomName,
        kinds.stored.code,
        0,
        message,
        entry.seq,
        entry.rev ?? entry.seq,
        bodyHash(entry.body ?? ''),
      )
      writer.row(nowNs(), -1, -1, roomName, kinds.storedId.code, 0, message, entry.seq, epoch, writer.name(entry._id))
    } else {
      writer.row(nowNs(), clientOfUser.get(entry.actorId) ?? -1, -1, roomName, kinds.storedEntry.code, 0, -1, entry.seq, epoch, entryKind(entry.kind))
    }
  }
  const last = stored.at(-1)
  writer.row(nowNs(), -1, -1, roomName, kinds.auditHead.code, readers.store, -1, last?.seq ?? 0, -1, writer.name(last?.epoch ?? ''))
}

function recordRead({ writer, nowNs }: AuditOptions, room: string, entries: readonly WireEntry[], reader: number, head: number): void {
  const roomName = writer.name(room)
  for (const entry of entries) {
    if (entry.kind === 'message')
      writer.row(
        nowNs(),
        -1,
        -1,
        roomName,
        kinds.audited.code,
        reader,
        messageId(writer, entry.message?.body ?? null, entry.id),
        entry.seq,
        entry.rev,
        bodyHash(entry.message?.body ?? ''),
      )
    else writer.row(nowNs(), -1, -1, roomName, kinds.auditedEntry.code, reader, -1, entry.seq, -1, entryKind(entry.kind))
  }
  writer.row(nowNs(), -1, -1, roomName, kinds.auditHead.code, reader, -1, head, -1, writer.name(entries[0]?.epoch ?? ''))
}

function messageId(writer: HistoryWriter, body: string | null, serverId: string): number {
  const identity = body === null ? null : parseBody(body)
  return identity ? identity.client * messagesPerClient + identity.counter : -writer.name(serverId) - 2
}

function entryKind(kind: string): number {
  return (entryKinds as Readonly<Record<string, number>>)[kind] ?? -1
}
