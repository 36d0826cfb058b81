/** What a client sent, parsed; or how it is refused. */
import { invalidPayload, refusal } from './refusal.ts'
import type { z } from 'zod'
import type { Refusal } from '../protocol.ts'

/** No schema takes more members in one list or object. A record of strangers’ keys would cost an issue each. */
export const membersLimit = 1000

export function parsePayload<T>(schema: z.ZodType<T>, payload: unknown): { ok: true; request: T } | Refusal {
  const crowded = crowdedPart(payload)
  if (crowded !== null) return refusal('invalid', `${crowded}: more than ${membersLimit} members`)
  const parsed = schema.safeParse(payload)
  return parsed.success ? { ok: true, request: parsed.data } : invalidPayload(parsed.error)
}

/** Looks at the payload and its fields; what lies deeper is parsed in lists and records of at most so many. */
function crowdedPart(payload: unknown): string | null {
  if (isCrowded(payload)) return 'payload'
  if (typeof payload !== 'object' || payload === null) return null
  return (
    Object.entries(payload)
      .find(([, value]) => isCrowded(value))?.[0]
      .slice(0, 64) ?? null
  )
}
function isCrowded(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  return (Array.isArray(value) ? value.length : Object.keys(value).length) > membersLimit
}
