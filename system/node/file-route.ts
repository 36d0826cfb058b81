/** `GET /files/<uploadId>`: a clean file through the node, with a check of membership each time. Only where access is by `proxy`. */
import { pipeline } from 'node:stream/promises'
import { uploadId as uploadIdSchema } from '../protocol.ts'
import { fileAccess } from './file-access.ts'
import { dispositionOf } from './file-objects.ts'
import { refusal, refusalOf } from './refusal.ts'
import { verifyToken } from './tokens.ts'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { ErrorCode, Refusal } from '../protocol.ts'
import type { ServedFile } from './file-access.ts'
import type { FileUrlParts } from './file-urls.ts'

export interface FileRouteParts extends FileUrlParts {
  secret: string
  onError: (error: unknown, during: string) => void
}

const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  token_expired: 401,
  forbidden: 403,
  not_found: 404,
  not_clean: 409,
  infected: 410,
  upload_expired: 410,
  unavailable: 503,
}
/** Of one file, however slow its reader. */
const servingMs = 300_000

/** Pages of any origin: what counts is the token, which no browser adds by itself. Source: https://fetch.spec.whatwg.org/#http-cors-protocol */
const crossOrigin = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'content-disposition' }
const preflight = { 'access-control-allow-methods': 'GET', 'access-control-allow-headers': 'authorization', 'access-control-max-age': '600' }

/** Answers requests for files, and leaves the others to the next listener. */
export function withFiles(parts: FileRouteParts, next: RequestListener): RequestListener {
  return (request, response) => {
    const named = /^\/files\/([^/?]+)$/.exec(request.url?.split('?')[0] ?? '')?.[1]
    if (named === undefined || parts.settings.access !== 'proxy') return next(request, response)
    for (const [header, value] of Object.entries(crossOrigin)) response.setHeader(header, value)
    if (request.method === 'OPTIONS') return void response.writeHead(204, preflight).end()
    if (request.method !== 'GET') return answer(response, 405, { code: 'method_not_allowed', message: 'files are read by GET' })
    serve(parts, request, response, named).catch((error: unknown) => {
      // The reader of a stream that was begun learns it from the missing bytes.
      if (response.headersSent) response.destroy()
      else refuse(response, refusalOf(error))
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') parts.onError(error, 'serving a file')
    })
  }
}

async function serve(parts: FileRouteParts, request: IncomingMessage, response: ServerResponse, named: string): Promise<void> {
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const verified = token === undefined ? null : await verifyToken(parts.secret, token)
  if (verified === null || !verified.ok) return unauthorized(response, verified?.code === 'token_expired')
  const { user } = verified.identity
  const id = uploadIdSchema.safeParse(named)
  if (!id.success) return refuse(response, refusal('not_found', 'there is no such file'))
  const decide = await fileAccess(parts, user, id.data, null)
  const before = decide()
  if (!before.ok) return refuse(response, before)
  const over = new AbortController()
  response.once('close', () => over.abort())
  const bytes = await parts.objects?.read(before.file.servedKey, AbortSignal.any([over.signal, AbortSignal.timeout(servingMs)]))
  if (bytes === undefined || bytes === null) return refuse(response, refusal('unavailable', 'the object store does not have it'))
  // Asked again: the user may have left while it was opened.
  const answered = decide()
  if (!answered.ok) {
    bytes.destroy()
    return refuse(response, answered)
  }
  const { upload, seq } = answered.file
  parts.journal.write('fileServed', { room: upload.roomId, seq, operationId: upload._id, user, extra: 1 })
  response.writeHead(200, headersOf(answered.file))
  await pipeline(bytes, response)
}

/** Never shown as a page of the node's own origin, whatever it says that it is. */
function headersOf({ upload: { name, bytes, contentType } }: ServedFile): Record<string, string> {
  return {
    'content-type': contentType,
    'content-length': String(bytes),
    'content-disposition': dispositionOf(name),
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-store',
  }
}

function unauthorized(response: ServerResponse, isExpired: boolean): void {
  response.setHeader('www-authenticate', 'Bearer')
  answer(response, 401, { code: isExpired ? 'token_expired' : 'unauthorized', message: 'Authorization: Bearer <token> with a valid token is missing' })
}

function refuse(response: ServerResponse, { error: { code, message } }: Refusal): void {
  answer(response, statuses[code] ?? 500, { code, message })
}

function answer(response: ServerResponse, status: number, error: { code: string; message: string }): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify({ error }))
}
