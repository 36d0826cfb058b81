/**
 * Exports over HTTP, as NDJSON in one stream that waits for a slow reader: `GET /rooms/<room>/export` for the room's owner and
 * `GET /audit-log` for a token with the claim `auditor`. The last line is `{"end":true,...}`: without it the export was cut.
 */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { currentJoin } from './folds.ts'
import { roomId as roomIdSchema } from '../protocol.ts'
import { wireOf } from './entries.ts'
import { verifyToken } from './tokens.ts'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Archive } from './archive.ts'
import type { AuditRecord } from './audit-log.ts'
import type { Lease } from './lease.ts'
import type { LogStore } from './log-store.ts'
import type { RoomLog } from './room-log.ts'
import type { Rooms } from './rooms.ts'
import type { Identity } from './tokens.ts'

export interface ExportParts {
  secret: string
  rooms: Pick<Rooms, 'open'>
  lease: Pick<Lease, 'isHeld'>
  log: Pick<LogStore, 'readWindow'>
  /** Null on a node without an object store: purged messages are exported as stubs. */
  archive: Archive | null
  auditPages: () => AsyncIterable<AuditRecord[]>
  onError: (error: unknown, during: string) => void
}
class ExportRefused extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const windowSeqs = 100

/** Answers requests for exports, and leaves the others to the next listener. */
export function withExports(parts: ExportParts, next: RequestListener): RequestListener {
  return (request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    const room = /^\/rooms\/([^/]+)\/export$/.exec(path)?.[1]
    if (room === undefined && path !== '/audit-log') return next(request, response)
    const lines = room === undefined ? auditLines(parts, request) : roomLines(parts, request, room)
    answer(response, request.method ?? '', lines).catch((error: unknown) => {
      if (error instanceof ExportRefused && !response.headersSent) return refuse(response, error)
      // The reader of a stream that was begun learns it from the connection's end and the missing last line.
      if (!response.headersSent) refuse(response, new ExportRefused(503, 'unavailable', 'the store did not answer'))
      else response.destroy()
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') parts.onError(error, `export ${path}`)
    })
  }
}

function refuse(response: ServerResponse, { status, code, message }: ExportRefused): void {
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {}
  response.writeHead(status, { 'content-type': 'application/json', ...challenge }).end(JSON.stringify({ error: { code, message } }))
}

/** The first line is awaited before the status is sent, so that a refusal still has its own. */
async function answer(response: ServerResponse, method: string, lines: AsyncGenerator<string>): Promise<void> {
  if (method !== 'GET') throw new ExportRefused(405, 'method_not_allowed', 'exports are read by GET')
  const first = await lines.next()
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  await pipeline(Readable.from(prepended(first, lines)), response)
}
async function* prepended(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done !== true) yield first.value
  yield* rest
}

async function identify({ secret }: ExportParts, request: IncomingMessage): Promise<Identity> {
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) throw new ExportRefused(401, 'unauthorized', 'Authorization: Bearer <token> is missing')
  const verified = await verifyToken(secret, token)
  if (verified.ok) return verified.identity
  throw new ExportRefused(401, verified.code === 'token_expired' ? 'token_expired' : 'unauthorized', 'the token is not valid any more, or never was')
}

const line = (value: object) => `${JSON.stringify(value)}\n`

async function* auditLines(parts: ExportParts, request: IncomingMessage): AsyncGenerator<string> {
  const { auditor } = await identify(parts, request)
  if (!auditor) throw new ExportRefused(403, 'forbidden', 'the token has no claim auditor')
  let records = 0
  for await (const page of parts.auditPages()) {
    records += page.length
    yield page.map(line).join('')
  }
  yield line({ end: true, records })
}

async function* roomLines(parts: ExportParts, request: IncomingMessage, named: string): AsyncGenerator<string> {
  const { user } = await identify(parts, request)
  const name = roomIdSchema.safeParse(named)
  const room = name.success ? await parts.rooms.open(name.data) : null
  if (room === null) throw new ExportRefused(404, 'not_found', 'there is no such room')
  await room.catchUp()
  requireOwner(parts, room, user)
  const { roomId, epoch, head } = room
  const archives = (await parts.archive?.list(roomId, epoch)) ?? []
  yield line({ room: roomId, epoch, head })
  let entries = 0
  for (let after = 0; after < head; after += windowSeqs) {
    const window = { roomId, epoch, after, upTo: Math.min(after + windowSeqs, head) }
    const stored = await parts.log.readWindow(window)
    const archived = stored.some((entry) => entry.retention?.archivedTo !== undefined) ? ((await parts.archive?.read(window, archives)) ?? []) : []
    const before = new Map(archived.map(({ entry }) => [entry.seq, entry]))
    // Asked again for each page: the export takes a while.
    requireOwner(parts, room, user)
    entries += stored.length
    yield stored.map((entry) => line(wireOf(entry.deleted?.kind === 'retention' ? (before.get(entry.seq) ?? entry) : entry))).join('')
  }
  yield line({ end: true, entries })
}

function requireOwner({ lease }: ExportParts, { roomId, membership }: RoomLog, user: string): void {
  if (!lease.isHeld()) throw new ExportRefused(503, 'unavailable', 'the lease of this node has run out')
  if (currentJoin(membership, user) === null || membership.get(user)?.role !== 'owner')
    throw new ExportRefused(403, 'forbidden', `${user} is not the owner of ${roomId}`)
}
