/** Gets files, in whichever of the three ways the chat is set up: the node says where, and for how long. */
import type { AccessWay } from '../protocol.ts'
import { isSuccess, sha256Of, transfer } from './file-transfer.ts'
import type { FileRequest } from './file-transfer.ts'
import type { Operations, Result } from './operations.ts'
import type { Rooms } from './room.ts'
import type { ClientSettings } from './settings.ts'
import { transferMs } from './uploads.ts'

/** `expiresAt`: milliseconds since the Unix epoch; null: it doesn't expire. */
export type FileAddress = Result<FileRequest & { access: AccessWay; expiresAt: number | null }>
export type Downloaded = Result<{ content: Uint8Array }>

export interface Downloads {
  /** Where a clean file may be fetched now. Ask when it is shown, don't keep it. */
  fileUrl: (room: string, uploadId: string) => Promise<FileAddress>
  /** The bytes, whole and as the message says, or `failed` with `damaged`. */
  download: (room: string, uploadId: string) => Promise<Downloaded>
}

export interface DownloadsOptions {
  operations: Pick<Operations, 'once'>
  rooms: Rooms
  settings: ClientSettings
  /** Of the chat: addresses of a node's own route are relative to it. */
  url: string
  token: () => Promise<string>
}

export function createDownloads({ operations, rooms, settings, url, token }: DownloadsOptions): Downloads {
  async function fileUrl(room: string, uploadId: string): Promise<FileAddress> {
    const answer = await operations.once('file:url', { room, uploadId })
    if (answer.kind !== 'ok') return answer
    const headers: Record<string, string> = answer.access === 'proxy' ? { authorization: `Bearer ${await token()}` } : {}
    return { ...answer, url: new URL(answer.url, url).href, headers }
  }
  function attachmentOf(room: string, uploadId: string) {
    const files = rooms
      .get(room)
      ?.records.all()
      .flatMap(({ content }) => content.attachments ?? [])
    return files?.find((file) => file.uploadId === uploadId)
  }

  return {
    fileUrl,
    async download(room, uploadId) {
      const attachment = attachmentOf(room, uploadId)
      if (attachment === undefined) return { kind: 'failed', code: 'not_found', retryable: false }
      const address = await fileUrl(room, uploadId)
      if (address.kind !== 'ok') return address
      const end = await transfer('GET', address, transferMs(attachment.bytes, settings))
      if (end.kind === 'silence') return { kind: 'failed', code: end.why, retryable: true }
      if (!isSuccess(end.status)) return { kind: 'failed', code: `http_${end.status}`, retryable: end.status >= 500 }
      if ((await sha256Of(new Uint8Array(end.content))) !== attachment.sha256) return { kind: 'failed', code: 'damaged', retryable: true }
      return { kind: 'ok', content: end.content }
    },
  }
}
