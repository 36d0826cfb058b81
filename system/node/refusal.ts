/** Error answers, and which one an unexpected error becomes. */
import { MongoError } from 'mongodb'
import { ObjectStoreError } from './file-objects.ts'
import type { z } from 'zod'
import type { ErrorCode, Refusal } from '../protocol.ts'

export function refusal(code: ErrorCode, message: string, retryAfterMs?: number): Refusal {
  return { ok: false, error: { code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } }
}

/** This node can't know whether it still may answer. */
export function leaseLost(): Refusal {
  return refusal('unavailable', 'the lease of this node has run out', 200)
}

/** A refusal must not be larger than what it refuses. */
const namedIssues = 8
const issueLength = 120

/** Names the first wrong fields; a body over the limit has a code of its own. */
export function invalidPayload(error: z.ZodError): Refusal {
  const named = error.issues.slice(0, namedIssues).map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`.slice(0, issueLength))
  const message = [...named, ...(error.issues.length > namedIssues ? [`${error.issues.length - namedIssues} more`] : [])].join('; ')
  const isTooLarge = error.issues.every((issue) => issue.path.join('.') === 'body' && issue.code === 'custom')
  return refusal(isTooLarge ? 'too_large' : 'invalid', message)
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof MongoError) return refusal('unavailable', 'the store did not answer', 200)
  if (error instanceof ObjectStoreError) return refusal('unavailable', 'the object store did not answer', 500)
  return refusal('internal', error instanceof Error ? error.message : 'unexpected error')
}
