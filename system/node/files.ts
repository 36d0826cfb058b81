/** What a node does with files: takes them in, gives them to messages, tells what became of them, gives them out. */
import { attach } from './attachments.ts'
import { fileUrl } from './file-urls.ts'
import { uploadsOf } from './uploads.ts'
import { appendVerdict } from './verdict-entries.ts'
import type { FileUrlAck, FileUrlRequest } from '../protocol.ts'
import type { Attached } from './attachments.ts'
import type { FileUrlParts } from './file-urls.ts'
import type { UploadParts, Uploads } from './uploads.ts'
import type { VerdictParts } from './verdict-entries.ts'

export interface Files extends Uploads {
  attach(userId: string, roomId: string, uploadIds: readonly string[]): Promise<Attached>
  /** A message with them is in the log: a verdict that came while it was appended is told now. Not waited for; a sweep repairs it. */
  committed(uploadIds: readonly string[]): void
  url(user: string, request: FileUrlRequest): Promise<FileUrlAck>
}
export type FilesParts = UploadParts & FileUrlParts & VerdictParts

export function filesOf(parts: FilesParts): Files {
  const tell = async (uploadIds: readonly string[]) => {
    for (const upload of await parts.uploads.findMany(uploadIds)) await appendVerdict(parts, upload)
  }
  return {
    ...uploadsOf(parts),
    attach: (userId, roomId, uploadIds) => attach(parts.uploads, uploadIds, { userId, roomId }, parts.nowMs()),
    committed(uploadIds) {
      tell(uploadIds).catch((error: unknown) => parts.onError(error, 'telling what became of a file'))
    },
    url: (user, request) => fileUrl(parts, user, request),
  }
}
