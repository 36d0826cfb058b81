/** Everything that is asked of a node besides sends and syncs: each with one operationId over all its attempts, and with a deadline. */
import { errorCodes } from '../codes-and-limits.ts'
import type { ClientToServer, Refusal } from '../protocol.ts'
import type { Alarms } from './alarms.ts'
import type { Changes } from './changes.ts'
import type { Answer, Connection, Payload } from './connection.ts'
import { backoffMs } from './settings.ts'
import type { ClientSettings } from './settings.ts'

/** `failed`: definitely not done, `retryable`: asking again later may help. `unknown`: may have been done, or may be done yet. */
export type Result<T = object> = ({ kind: 'ok' } & T) | { kind: 'failed'; code: string; retryable: boolean } | { kind: 'unknown'; why: string }

type Event = keyof ClientToServer
/** What an ack carries when it isn't a refusal. */
export type Accepted<E extends Event> = Omit<Extract<Answer<E>, { ok: true }>, 'ok'>

export interface OperationsOptions {
  connection: Pick<Connection, 'request' | 'restart'>
  changes: Changes
  alarms: Alarms
  settings: ClientSettings
  random: () => number
  now: () => number
  synced: () => boolean
  pending: () => string
}

export interface Operations {
  /** Asks until it is known what became of it, at most for `operationMs`. `again` looks at an accepted answer and says whether to ask once more. */
  ask<E extends Event>(event: E, payload: Payload<E>, again?: (accepted: Accepted<E>) => boolean): Promise<Result<Accepted<E>>>
  /** One attempt, at once: for what is worth nothing later. */
  once<E extends Event>(event: E, payload: Payload<E>): Promise<Result<Accepted<E>>>
}

/** How an attempt ended: with an answer, in silence, or before anything was emitted. */
type End<E extends Event> = { kind: 'answer'; answer: Answer<E> } | { kind: 'silence'; why: string } | { kind: 'notAsked'; why: string }

export function createOperations(options: OperationsOptions): Operations {
  const { connection, changes, alarms, settings, random, now } = options

  async function attempt<E extends Event>(event: E, payload: Payload<E>, waitMs: number): Promise<End<E>> {
    try {
      await changes.until(options.synced, waitMs, () => `${event}: ${options.pending()}`)
    } catch (error) {
      return { kind: 'notAsked', why: messageOf(error) }
    }
    try {
      return { kind: 'answer', answer: await connection.request(event, payload) }
    } catch (error) {
      return { kind: 'silence', why: messageOf(error) }
    }
  }

  return {
    async ask(event, payload, again) {
      const deadline = now() + settings.operationMs
      /** An attempt may have been carried out: from then on a refusal isn't definite for the operation. */
      let doubt: string | null = null
      for (let number = 1; ; number += 1) {
        const end = await attempt(event, payload, Math.max(1, deadline - now()))
        const timeIsUp = now() >= deadline || alarms.closed()
        let pauseMs = backoffMs(number, settings, random)
        if (end.kind === 'notAsked') return doubt === null ? { kind: 'failed', code: 'offline', retryable: true } : { kind: 'unknown', why: doubt }
        if (end.kind === 'silence') doubt = end.why
        else if (!isRefusal(end.answer)) {
          const accepted = acceptedOf<typeof event>(end.answer)
          if (timeIsUp || !again?.(accepted)) return { kind: 'ok', ...accepted }
        } else {
          const { code, retryAfterMs = 0 } = end.answer.error
          const { definite, retryable } = meaningOf(code)
          if (!definite) doubt = code
          if (!retryable || timeIsUp)
            return doubt === null ? { kind: 'failed', code, retryable } : { kind: 'unknown', why: doubt === code ? code : `${doubt}, then ${code}` }
          if (code === 'token_expired') connection.restart('token expired')
          pauseMs += retryAfterMs
        }
        if (timeIsUp) return { kind: 'unknown', why: doubt ?? 'no time left' }
        await alarms.sleep(pauseMs)
      }
    },
    async once(event, payload) {
      const end = await attempt(event, payload, 1)
      if (end.kind === 'notAsked') return { kind: 'failed', code: 'offline', retryable: true }
      if (end.kind === 'silence') return { kind: 'unknown', why: end.why }
      if (!isRefusal(end.answer)) return { kind: 'ok', ...acceptedOf<typeof event>(end.answer) }
      const { code } = end.answer.error
      const { definite, retryable } = meaningOf(code)
      return definite ? { kind: 'failed', code, retryable } : { kind: 'unknown', why: code }
    },
  }
}

export function meaningOf(code: string): { definite: boolean; retryable: boolean } {
  const codes: Readonly<Record<string, { definite: boolean; retryable: boolean }>> = errorCodes
  return Object.hasOwn(codes, code) ? (codes[code] ?? errorCodes.internal) : errorCodes.internal
}
function isRefusal(answer: { ok: boolean }): answer is Refusal {
  return !answer.ok
}
function acceptedOf<E extends Event>(answer: Answer<E>): Accepted<E> {
  const { ok: _ok, ...accepted } = answer as Extract<Answer<E>, { ok: true }>
  return accepted
}
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
