/** Reads one room whole as a device that has never connected before: once by sync, once by history pages. Speaks the protocol itself, so that a bug of the client library can't hide one of the cluster. */
import { io, type Socket } from 'socket.io-client'
import { type ClientToServer, pageLimit, type ServerToClient, type WireEntry } from '../system/protocol.ts'

const deadlineMs = 15_000
type AuditSocket = Socket<ServerToClient, ClientToServer>

/** `sync` is null when the node answered with a reset (the room is longer than the replay limit). */
export interface RoomAsRead {
  head: number
  sync: WireEntry[] | null
  history: WireEntry[]
}

export async function readRoomAsFreshDevice(options: { url: URL; token: string; room: string; epoch: string }): Promise<RoomAsRead> {
  const deviceId = deviceOf(options.token)
  const socket: AuditSocket = io(options.url.href, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { token: options.token, deviceId, connectionNumber: 1 },
  })
  try {
    await within(
      'hello of a node',
      new Promise<void>((resolve, reject) => {
        socket.once('hello', () => {
          resolve()
        })
        socket.once('connect_error', reject)
      }),
    )
    const sync = await readBySync(socket, options.room, options.epoch)
    const { entries, head } = await readByHistory(socket, options.room)
    return { head, sync, history: entries }
  } finally {
    socket.disconnect()
  }
}

async function readBySync(socket: AuditSocket, room: string, epoch: string): Promise<WireEntry[] | null> {
  const entries: WireEntry[] = []
  const done = new Promise<WireEntry[] | null>((resolve) => {
    socket.on('sync:page', (page, ack) => {
      if (page.room === room) entries.push(...page.entries)
      ack()
    })
    socket.on('sync:complete', (complete) => {
      if (complete.room === room) resolve(entries)
    })
    socket.on('sync:reset', (reset) => {
      if (reset.room === room) resolve(null)
    })
  })
  const answer = await socket.timeout(deadlineMs).emitWithAck('sync:begin', { rooms: { [room]: { epoch, appliedSeq: 0 } } })
  if (!answer.ok) throw new Error(`sync:begin was refused: ${answer.error.code} ${answer.error.message}`)
  return within(`sync:complete of ${room}`, done)
}

async function readByHistory(socket: AuditSocket, room: string): Promise<{ entries: WireEntry[]; head: number }> {
  const entries: WireEntry[] = []
  let head = 0
  let before: number | undefined
  for (;;) {
    const page = await socket.timeout(deadlineMs).emitWithAck('history:page', { room, limit: pageLimit, ...(before === undefined ? {} : { before }) })
    if (!page.ok) throw new Error(`history:page before ${before ?? 'the head'} was refused: ${page.error.code} ${page.error.message}`)
    head ||= page.head
    entries.unshift(...page.entries)
    if (!page.hasMore) return { entries, head }
    if (before !== undefined && page.from + 1 >= before) throw new Error(`history:page before ${before} made no progress`)
    before = page.from + 1
  }
}

/** The device claim of a token; the signature is the node's to check. */
function deviceOf(token: string): string {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { device?: string }
  if (!claims.device) throw new Error('the audit token has no device claim')
  return claims.device
}

async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`waited ${deadlineMs} ms for ${what}`))
    }, deadlineMs)
  })
  try {
    return await Promise.race([promise, deadline])
  } finally {
    clearTimeout(timer)
  }
}
