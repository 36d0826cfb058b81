/** Rows of what the store says of every upload. */
import type { Db } from 'mongodb'
import { uploadStates } from '../reports/history/codes.ts'
import { kinds } from '../reports/history/kinds.ts'
import { bodyHash } from '../reports/history/record-hash.ts'
import type { HistoryWriter } from '../reports/history/writer.ts'

interface StoredUpload {
  /** uploadId */
  _id: string
  roomId: string
  userId: string
  state: keyof typeof uploadStates
  bytes: number
  sha256: string
}

export interface UploadAudit {
  database: Db
  writer: HistoryWriter
  nowNs: () => number
  clientOfUser: ReadonlyMap<string, number>
}

/** Gives how many there are. */
export async function auditUploads({ database, writer, nowNs, clientOfUser }: UploadAudit): Promise<number> {
  const uploads = await database.collection<StoredUpload>('uploads').find({}, { timeoutMS: 20_000 }).toArray()
  for (const { _id, roomId, userId, state, bytes, sha256 } of uploads)
    writer.row(
      nowNs(),
      clientOfUser.get(userId) ?? -1,
      bodyHash(sha256),
      writer.name(roomId),
      kinds.storedUpload.code,
      0,
      -1,
      Math.min(bytes, 0x7fffffff),
      uploadStates[state],
      writer.name(_id),
    )
  return uploads.length
}
