/** What the reference says of one event or route. The compiler holds its keys equal to those of the protocol. */
import type { z } from 'zod'
import type { ClientToServer, ErrorCode, ServerToClient } from '../protocol.ts'

type RequestOf<E extends keyof ClientToServer> = Parameters<ClientToServer[E]>[0]
type AnswerOf<E extends keyof ClientToServer> = Extract<Parameters<Parameters<ClientToServer[E]>[1]>[0], { ok: true }>

export interface ClientEvent<E extends keyof ClientToServer = keyof ClientToServer> {
  /** One sentence. */
  does: string
  schema: z.ZodType<RequestOf<E>>
  /** What the schema's field table can't say. */
  rules?: readonly string[]
  /** Fields of the positive answer beside `ok`. */
  answer: Record<Exclude<keyof AnswerOf<E>, 'ok'>, string>
  /** Besides those that every event can give, with the reason. */
  errors: Partial<Record<ErrorCode, string>>
  /** Rate limits and quotas. */
  limit?: string
}
export type ClientEvents = { [E in keyof ClientToServer]: ClientEvent<E> }

export interface ServerEvent<E extends keyof ServerToClient = keyof ServerToClient> {
  does: string
  payload: Record<keyof Parameters<ServerToClient[E]>[0], string>
  /** Set where the client must ack. */
  ack?: string
}
export type ServerEvents = { [E in keyof ServerToClient]: ServerEvent<E> }

export interface Route {
  method: string
  path: string
  does: string
  authorisation: string
  answers: readonly [status: number, what: string][]
}

export interface Shape {
  name: string
  says: string
  fields: Readonly<Record<string, string>>
}
