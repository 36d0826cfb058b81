/** Binds a socket's events. Every payload is parsed; every fault of a handler becomes an error ack; nothing ends the process. */
import {
  archiveRequest,
  banRequest,
  cursorRequest,
  deleteRequest,
  editRequest,
  fileUrlRequest,
  focusRequest,
  historyRequest,
  joinRequest,
  kickRequest,
  leaveRequest,
  moderateRequest,
  muteRequest,
  presenceGetRequest,
  presenceSetRequest,
  rangeRequest,
  reactRequest,
  renewRequest,
  retentionRequest,
  roleRequest,
  searchRequest,
  sendRequest,
  syncRequest,
  typingRequest,
  unreadRequest,
  uploadCompleteRequest,
  uploadReserveRequest,
} from '../protocol.ts'
import { ban, edit, kick, moderate, mute, react, remove, role } from './changes.ts'
import { inRoom, presenceGet } from './presence-requests.ts'
import { history, range, setCursors } from './reading.ts'
import { setRetention } from './retention.ts'
import { search } from './search.ts'
import { unread } from './unread.ts'
import { archivePage } from './archive-page.ts'
import { parsePayload } from './payload.ts'
import { refusal, refusalOf } from './refusal.ts'
import { SocketSync } from './sync.ts'
import { join, leave, send } from './write-path.ts'
import type { z } from 'zod'
import type { Refusal } from '../protocol.ts'
import type { NodeContext } from './context.ts'
import type { ChatSocket } from './socket-types.ts'

type Answer = (answer: { ok: boolean }) => void
type Listener = (...received: unknown[]) => void

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'function'
}

export function bindHandlers(context: NodeContext, socket: ChatSocket): void {
  const session = socket.data
  const sync = new SocketSync(context, socket)
  const guarded =
    <T>(event: string, schema: z.ZodType<T>, handle: (request: T) => Promise<{ ok: true } | Refusal>): Listener =>
    (...received) => {
      const last = received.at(-1)
      const answer = isAnswer(last) ? last : null
      const begunAt = context.seconds()
      const finish = (result: { ok: true } | Refusal) => {
        answer?.(result)
        context.events.answered(event, session, received[0], result, context.seconds() - begunAt)
      }
      if (context.expiry.isOver(socket)) return finish(refusal('token_expired', 'the token has expired'))
      const parsed = parsePayload(schema, received[0])
      if (!parsed.ok) return finish(parsed)
      handle(parsed.request).then(finish, (error: unknown) => {
        context.onError(error, event)
        finish(refusalOf(error))
      })
    }

  socket.on(
    'join',
    guarded('join', joinRequest, (request) => join(context, socket, request)),
  )
  socket.on(
    'leave',
    guarded('leave', leaveRequest, (request) => leave(context, session, request)),
  )
  socket.on(
    'message:send',
    guarded('message:send', sendRequest, (request) => send(context, session, request)),
  )
  socket.on(
    'sync:begin',
    guarded('sync:begin', syncRequest, (request) => sync.begin(request)),
  )
  socket.on(
    'range:get',
    guarded('range:get', rangeRequest, (request) => range(context, session, request)),
  )
  socket.on(
    'history:page',
    guarded('history:page', historyRequest, (request) => history(context, session, request)),
  )
  socket.on(
    'cursor:set',
    guarded('cursor:set', cursorRequest, async ({ cursors }) => {
      await setCursors(context, session, cursors)
      return { ok: true }
    }),
  )
  socket.on(
    'message:edit',
    guarded('message:edit', editRequest, (request) => edit(context, session, request)),
  )
  socket.on(
    'message:delete',
    guarded('message:delete', deleteRequest, (request) => remove(context, session, request)),
  )
  socket.on(
    'message:react',
    guarded('message:react', reactRequest, (request) => react(context, session, request)),
  )
  socket.on(
    'message:moderate',
    guarded('message:moderate', moderateRequest, (request) => moderate(context, session, request)),
  )
  socket.on(
    'member:role',
    guarded('member:role', roleRequest, (request) => role(context, session, request)),
  )
  socket.on(
    'member:kick',
    guarded('member:kick', kickRequest, (request) => kick(context, session, request)),
  )
  socket.on(
    'member:ban',
    guarded('member:ban', banRequest, (request) => ban(context, session, request)),
  )
  socket.on(
    'member:mute',
    guarded('member:mute', muteRequest, (request) => mute(context, session, request)),
  )
  const changesLimited =
    <T, A extends { ok: true }>(handle: (request: T) => Promise<A | Refusal>) =>
    async (request: T) =>
      context.isDraining() ? refusal('draining', 'this node is closing') : ((await context.limits.changes.take(session.user)) ?? handle(request))
  socket.on(
    'upload:reserve',
    guarded(
      'upload:reserve',
      uploadReserveRequest,
      changesLimited((request) => context.files.reserve(session.user, request)),
    ),
  )
  socket.on(
    'upload:complete',
    guarded(
      'upload:complete',
      uploadCompleteRequest,
      changesLimited((request) => context.files.complete(session.user, request)),
    ),
  )
  socket.on(
    'file:url',
    guarded('file:url', fileUrlRequest, (request) => context.files.url(session.user, request)),
  )
  const presenceLimited =
    <T>(handle: (request: T) => Promise<{ ok: true } | Refusal>) =>
    async (request: T) =>
      (await context.limits.presence.take(session.user)) ?? handle(request)
  socket.on(
    'presence:get',
    guarded(
      'presence:get',
      presenceGetRequest,
      presenceLimited((request) => presenceGet(context, session, request)),
    ),
  )
  socket.on(
    'presence:set',
    guarded(
      'presence:set',
      presenceSetRequest,
      presenceLimited(async ({ state }) => {
        context.presence.setIdle(socket.id, state === 'idle')
        return { ok: true }
      }),
    ),
  )
  socket.on(
    'typing',
    guarded(
      'typing',
      typingRequest,
      presenceLimited(({ room, typing }) => inRoom(context, socket, room, () => context.presence.typing(socket.id, room, typing))),
    ),
  )
  socket.on(
    'room:focus',
    guarded(
      'room:focus',
      focusRequest,
      presenceLimited(async ({ room }) => {
        if (room !== null) return inRoom(context, socket, room, () => context.presence.focus(socket.id, room))
        context.presence.focus(socket.id, null)
        return { ok: true }
      }),
    ),
  )
  socket.on(
    'token:renew',
    guarded('token:renew', renewRequest, (request) => context.expiry.renew(socket, request)),
  )
  socket.on(
    'unread:get',
    guarded('unread:get', unreadRequest, (request) => unread(context, session, request)),
  )
  socket.on(
    'search',
    guarded('search', searchRequest, (request) => search(context, session, request)),
  )
  socket.on(
    'room:retention',
    guarded('room:retention', retentionRequest, (request) => setRetention(context, session, request)),
  )
  socket.on(
    'archive:page',
    guarded('archive:page', archiveRequest, (request) => archivePage(context, session, request)),
  )
  const known: ReadonlySet<string> = new Set(socket.eventNames().map(String))
  // On the wire the name of an event may be a number too.
  socket.onAny((event: string | number, ...received: unknown[]) => {
    const name = String(event)
    const last = received.at(-1)
    if (!known.has(name) && isAnswer(last)) last(refusal('invalid', `event: there is no event ${JSON.stringify(name.slice(0, 64))}`))
  })
}
