/** What becomes of an upload whose scan failed. */

export interface RetrySettings {
  /** Scans that may fail while scanner and store answer; the last of them makes it an error. */
  attempts: number
  /** Before the next scan; doubled by each attempt before. */
  retryMs: number
}
export type Retry = { kind: 'again'; afterMs: number } | { kind: 'given up' }

const longestMs = 10_000

/** `counts`: scanner and store answered right after it, so it was the content's fault or a passing one. Without them it is no attempt: it waits for as long as they are away. */
export function retryOf(attempts: number, counts: boolean, settings: RetrySettings): Retry {
  if (!counts) return { kind: 'again', afterMs: settings.retryMs }
  if (attempts + 1 >= settings.attempts) return { kind: 'given up' }
  return { kind: 'again', afterMs: Math.min(longestMs, settings.retryMs * 2 ** attempts) }
}
