/** Rows of what rooms keep, and of what their archives hold: read from the object store itself, each compared with its row in `archives`. */
import { createHash } from 'node:crypto'
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3'
import type { Db } from 'mongodb'
import { archiveStates, policies, recordBits } from '../reports/history/codes.ts'
import { kinds } from '../reports/history/kinds.ts'
import type { RowWriter } from './audit-changes.ts'
import { messageIdOf, type StoredEntry, storedHash } from './stored-entry.ts'

interface StoredRoom {
  _id: string
  retention?: { policy: { kind: keyof typeof policies; afterMs?: number }; legalHold: boolean }
  purgedThrough?: number
}
interface StoredArchive {
  /** The key of the object. */
  _id: string
  roomId: string
  after: number
  upTo: number
  entries: number
  messages: number
  sha256: string
}

export interface KeepingAudit {
  database: Db
  /** Null where the cluster has no object store. */
  objects: { client: S3Client; bucket: string } | null
  writer: RowWriter
  nowNs: () => number
  /** Milliseconds since the Unix epoch, as in what the nodes store. */
  wallMs: () => number
}

const deadlineMs = 10_000

export async function auditKeeping({ database, objects, writer, nowNs, wallMs }: KeepingAudit): Promise<void> {
  const rooms = await database
    .collection<StoredRoom>('rooms')
    .find({ retention: { $exists: true } }, { timeoutMS: deadlineMs })
    .toArray()
  for (const { _id, retention, purgedThrough = 0 } of rooms) {
    if (retention === undefined) continue
    const { policy, legalHold } = retention
    const set = await database.collection<{ at: number }>('audit_log').find({ roomId: _id, action: 'retention' }, { timeoutMS: deadlineMs }).toArray()
    const latestMs = Math.max(...set.map(({ at }) => at))
    const agoSeconds = Number.isFinite(latestMs) ? Math.floor((wallMs() - latestMs) / 1000) : -1
    const afterSeconds = policy.afterMs === undefined ? -1 : Math.ceil(policy.afterMs / 1000)
    writer.row(nowNs(), -1, agoSeconds, writer.name(_id), kinds.roomPolicy.code, legalHold ? 1 : 0, -1, afterSeconds, purgedThrough, policies[policy.kind])
  }
  if (objects === null) return
  const archives = await database.collection<StoredArchive>('archives').find({}, { timeoutMS: deadlineMs }).toArray()
  for (const archive of archives) recordArchive({ writer, nowNs }, archive, await read(objects, archive._id))
}

/** Null when there is no such object. */
async function read({ client, bucket }: NonNullable<KeepingAudit['objects']>, key: string): Promise<Uint8Array | null> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: AbortSignal.timeout(deadlineMs) })
    return (await Body?.transformToByteArray()) ?? null
  } catch (error) {
    if (error instanceof NoSuchKey) return null
    throw error
  }
}

/** Whole only when the object's bytes are those whose hash was stored. */
export function recordArchive({ writer, nowNs }: Pick<KeepingAudit, 'writer' | 'nowNs'>, archive: StoredArchive, bytes: Uint8Array | null): void {
  const { roomId, after, upTo, sha256, entries } = archive
  const lines = bytes === null ? [] : new TextDecoder().decode(bytes).split('\n').slice(0, -1)
  const isWhole = bytes !== null && createHash('sha256').update(bytes).digest('hex') === sha256 && lines.length === entries
  const state = bytes === null ? archiveStates.missing : isWhole ? archiveStates.whole : archiveStates.damaged
  const stored = isWhole ? lines.map((line) => JSON.parse(line) as StoredEntry).filter((entry) => entry.kind === 'message') : []
  const room = writer.name(roomId)
  writer.row(nowNs(), -1, -1, room, kinds.archiveRead.code, state, -1, after, upTo, stored.length)
  for (const entry of stored) {
    const stub = (entry.body ?? null) === null ? recordBits.stub : 0
    writer.row(nowNs(), -1, -1, room, kinds.archived.code, stub, messageIdOf(writer, entry), entry.seq, entry.rev ?? entry.seq, storedHash(entry))
  }
}
