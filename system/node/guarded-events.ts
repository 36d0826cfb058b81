/** Listens to a socket's events: every payload is parsed, every fault of a handler becomes an error ack, and nothing ends the process. */
import { parsePayload } from './payload.ts'
import { refusal, refusalOf } from './refusal.ts'
import type { z } from 'zod'
import type { ClientToServer, Refusal } from '../protocol.ts'
import type { NodeContext } from './context.ts'
import type { ChatSocket } from './socket-types.ts'

type Answer = (answer: { ok: boolean }) => void
export type Handle<T> = (request: T) => Promise<{ ok: true } | Refusal>
/** Binds an event to what answers it. */
export type On = <T>(event: keyof ClientToServer, schema: z.ZodType<T>, handle: Handle<T>) => void

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'function'
}

export function guardedEvents(context: NodeContext, socket: ChatSocket): On {
  const session = socket.data
  return (event, schema, handle) => {
    socket.on(event, (...received: unknown[]) => {
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
    })
  }
}

/** Refuses events that nothing listens to by now. */
export function refuseOthers(socket: ChatSocket): void {
  const known: ReadonlySet<string> = new Set(socket.eventNames().map(String))
  // On the wire the name of an event may be a number too.
  socket.onAny((event: string | number, ...received: unknown[]) => {
    const name = String(event)
    const last = received.at(-1)
    if (!known.has(name) && isAnswer(last)) last(refusal('invalid', `event: there is no event ${JSON.stringify(name.slice(0, 64))}`))
  })
}
