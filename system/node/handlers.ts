/** What answers each event of a socket. */
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
import { guardedEvents, refuseOthers, type Handle, type On } from './guarded-events.ts'
import { refusal } from './refusal.ts'
import { SocketSync } from './sync.ts'
import { join, leave, send } from './write-path.ts'
import type { NodeContext } from './context.ts'
import type { ChatSocket } from './socket-types.ts'

export function bindHandlers(context: NodeContext, socket: ChatSocket): void {
  const on = guardedEvents(context, socket)
  bindLog(on, context, socket)
  bindChanges(on, context, socket)
  bindFiles(on, context, socket)
  bindPresence(on, context, socket)
  bindReads(on, context, socket)
  refuseOthers(socket)
}

/** A room's log, as it is written and followed. */
function bindLog(on: On, context: NodeContext, socket: ChatSocket): void {
  const session = socket.data
  const sync = new SocketSync(context, socket)
  on('join', joinRequest, (request) => join(context, socket, request))
  on('leave', leaveRequest, (request) => leave(context, session, request))
  on('message:send', sendRequest, (request) => send(context, session, request))
  on('sync:begin', syncRequest, (request) => sync.begin(request))
  on('range:get', rangeRequest, (request) => range(context, session, request))
  on('cursor:set', cursorRequest, async ({ cursors }) => {
    await setCursors(context, session, cursors)
    return { ok: true }
  })
  on('token:renew', renewRequest, (request) => context.expiry.renew(socket, request))
}

/** What becomes of messages, members and what a room keeps. */
function bindChanges(on: On, context: NodeContext, { data: session }: ChatSocket): void {
  on('message:edit', editRequest, (request) => edit(context, session, request))
  on('message:delete', deleteRequest, (request) => remove(context, session, request))
  on('message:react', reactRequest, (request) => react(context, session, request))
  on('message:moderate', moderateRequest, (request) => moderate(context, session, request))
  on('member:role', roleRequest, (request) => role(context, session, request))
  on('member:kick', kickRequest, (request) => kick(context, session, request))
  on('member:ban', banRequest, (request) => ban(context, session, request))
  on('member:mute', muteRequest, (request) => mute(context, session, request))
  on('room:retention', retentionRequest, (request) => setRetention(context, session, request))
}

function bindFiles(on: On, { files, limits, isDraining }: NodeContext, { data: { user } }: ChatSocket): void {
  const limited =
    <T>(handle: Handle<T>): Handle<T> =>
    async (request) =>
      isDraining() ? refusal('draining', 'this node is closing') : ((await limits.changes.take(user)) ?? handle(request))
  on(
    'upload:reserve',
    uploadReserveRequest,
    limited((request) => files.reserve(user, request)),
  )
  on(
    'upload:complete',
    uploadCompleteRequest,
    limited((request) => files.complete(user, request)),
  )
  on('file:url', fileUrlRequest, (request) => files.url(user, request))
}

function bindPresence(on: On, context: NodeContext, socket: ChatSocket): void {
  const { presence, limits } = context
  const limited =
    <T>(handle: Handle<T>): Handle<T> =>
    async (request) =>
      (await limits.presence.take(socket.data.user)) ?? handle(request)
  on(
    'presence:get',
    presenceGetRequest,
    limited((request) => presenceGet(context, socket.data, request)),
  )
  on(
    'presence:set',
    presenceSetRequest,
    limited(async ({ state }) => {
      presence.setIdle(socket.id, state === 'idle')
      return { ok: true }
    }),
  )
  on(
    'typing',
    typingRequest,
    limited(({ room, typing }) => inRoom(context, socket, room, () => presence.typing(socket.id, room, typing))),
  )
  on(
    'room:focus',
    focusRequest,
    limited(async ({ room }) => {
      if (room !== null) return inRoom(context, socket, room, () => presence.focus(socket.id, room))
      presence.focus(socket.id, null)
      return { ok: true }
    }),
  )
}

/** What is read besides the live flow. */
function bindReads(on: On, context: NodeContext, { data: session }: ChatSocket): void {
  on('history:page', historyRequest, (request) => history(context, session, request))
  on('unread:get', unreadRequest, (request) => unread(context, session, request))
  on('search', searchRequest, (request) => search(context, session, request))
  on('archive:page', archiveRequest, (request) => archivePage(context, session, request))
}
