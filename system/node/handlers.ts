/** Binds a socket's events. Every payload is parsed; every fault of a handler becomes an error ack; nothing ends the process. */
import { cursorRequest, historyRequest, joinRequest, leaveRequest, rangeRequest, sendRequest, syncRequest } from '../protocol.ts'
import { history, range, setCursors } from './reading.ts'
import { invalidPayload, refusal, refusalOf } from './refusal.ts'
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
      const parsed = schema.safeParse(received[0])
      if (!parsed.success) return answer?.(invalidPayload(parsed.error))
      handle(parsed.data).then(
        (result) => answer?.(result),
        (error: unknown) => {
          context.onError(error, event)
          answer?.(refusalOf(error))
        },
      )
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
  const known: ReadonlySet<string> = new Set(socket.eventNames().map(String))
  socket.onAny((event: string, ...received: unknown[]) => {
    const last = received.at(-1)
    if (!known.has(event) && isAnswer(last)) last(refusal('invalid', `event: there is no event ${JSON.stringify(event.slice(0, 64))}`))
  })
}
