/** What becomes of each event of a client, as metrics and structured lines: refusals at debug, who joins and goes at info, store trouble at warn. */
import type { Metrics } from './metrics.ts'
import type { Refusal } from '../protocol.ts'
import type { SessionData } from './socket-types.ts'

export type LogLevel = 'debug' | 'info' | 'warn'
export type WriteLog = (level: LogLevel, text: string, facts: Readonly<Record<string, string | number>>) => void
export interface EventLog {
  answered(event: string, session: SessionData, request: unknown, answer: { ok: true } | Refusal, seconds: number): void
}

/** Changes of who may read a room: rare, and what one looks for first. */
const changesOfMembers: ReadonlySet<string> = new Set(['join', 'leave', 'member:kick', 'member:ban', 'member:mute', 'member:role', 'room:retention'])
const ids = ['room', 'messageId', 'operationId', 'clientMessageId', 'userId'] as const

/** The ids that a request carries; it is anything when it was not valid. */
export function factsOf(request: unknown): Record<string, string> {
  if (typeof request !== 'object' || request === null) return {}
  const facts: Record<string, string> = {}
  for (const name of ids) {
    const value: unknown = Object.hasOwn(request, name) ? Reflect.get(request, name) : undefined
    if (typeof value === 'string') facts[name === 'clientMessageId' ? 'operationId' : name] = value.slice(0, 64)
  }
  return facts
}

function outcomeOf(answer: { ok: true } | Refusal): string {
  if (!answer.ok) return answer.error.code
  return 'duplicate' in answer && answer.duplicate === true ? 'duplicate' : 'ok'
}

export function eventLogOf(metrics: Pick<Metrics, 'answered'>, write: WriteLog): EventLog {
  return {
    answered(event, { user, device }, request, answer, seconds) {
      metrics.answered(event, outcomeOf(answer), seconds)
      if (!answer.ok) {
        const level = answer.error.code === 'unavailable' ? 'warn' : 'debug'
        return write(level, 'refused', { event, user, device, ...factsOf(request), code: answer.error.code, why: answer.error.message.slice(0, 200) })
      }
      if (changesOfMembers.has(event))
        write('info', event, { user, device, ...factsOf(request), ...('seq' in answer && typeof answer.seq === 'number' ? { seq: answer.seq } : {}) })
    },
  }
}
