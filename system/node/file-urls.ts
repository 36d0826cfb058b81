/** Where a file may be fetched, by each of the three ways of access. */
import { fileAccess } from './file-access.ts'
import { longestUrlMs } from './file-objects.ts'
import { refusal } from './refusal.ts'
import type { FileUrlAck, FileUrlRequest } from '../protocol.ts'
import type { FileAccessParts, ServedFile } from './file-access.ts'
import type { FileObjects } from './file-objects.ts'
import type { FileSettings } from './file-settings.ts'
import type { Journal } from './journal.ts'

export interface FileUrlParts extends FileAccessParts {
  objects: FileObjects | null
  settings: FileSettings
  journal: Journal
  nowMs: () => number
}

const filePath = (uploadId: string) => `/files/${uploadId}`

export async function fileUrl(parts: FileUrlParts, user: string, { room, uploadId }: FileUrlRequest): Promise<FileUrlAck> {
  const { objects, settings, journal, nowMs } = parts
  const decide = await fileAccess(parts, user, uploadId, room)
  const before = decide()
  if (!before.ok) return before
  if (objects === null) return refusal('unavailable', 'this node has no object store', 1000)
  const minted = await mint(objects, settings, before.file, nowMs())
  // Asked again: the user may have left while it was signed.
  const answer = decide()
  if (!answer.ok) return answer
  journal.write('fileServed', { room, seq: answer.file.seq, operationId: uploadId, user })
  return { ok: true, access: settings.access, ...minted }
}

async function mint(
  objects: FileObjects,
  { access, urlMs }: FileSettings,
  { upload, servedKey }: ServedFile,
  nowMs: number,
): Promise<{ url: string; expiresAt: number | null }> {
  if (access === 'proxy') return { url: filePath(upload._id), expiresAt: null }
  const validMs = access === 'public' ? longestUrlMs : urlMs
  return objects.signGet(servedKey, upload, nowMs + validMs)
}
