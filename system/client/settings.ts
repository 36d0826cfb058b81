/** Times and limits of a client. Milliseconds unless the name says otherwise. */
export interface ClientSettings {
  /** Deadline of every request. */
  ackMs: number
  backoffFirstMs: number
  backoffLimitMs: number
  /** How long an entry above a gap waits before the gap is asked for. */
  holdMs: number
  holdEntries: number
  /** How long a heartbeat's head may be ahead before the range is asked for. */
  graceMs: number
  watermarkMs: number
  reconnectFirstMs: number
  reconnectLimitMs: number
  /** From the transport's connect to the node's first event. */
  helloMs: number
  /** Without a page or a completion for this long, a sync is given up and the client connects again. */
  syncMs: number
  joinMs: number
  /** Of an operation with all its attempts. */
  operationMs: number
  /** Of a request for or with the bytes of a file, besides the time that they take at the slowest rate. */
  transferFirstMs: number
  /** A file that moves slower is given up and tried again. */
  slowestBytesPerSecond: number
  /** Messages kept per room; beyond it those that came first are forgotten. */
  keptMessages: number
}

export const defaultSettings: ClientSettings = {
  ackMs: 3_000,
  backoffFirstMs: 200,
  backoffLimitMs: 3_000,
  holdMs: 500,
  holdEntries: 500,
  graceMs: 1_000,
  watermarkMs: 1_000,
  reconnectFirstMs: 100,
  reconnectLimitMs: 1_000,
  helloMs: 5_000,
  syncMs: 10_000,
  joinMs: 30_000,
  operationMs: 30_000,
  transferFirstMs: 5_000,
  slowestBytesPerSecond: 64 * 1024,
  keptMessages: 10_000,
}

/** Exponential with full jitter: anything from 0 to first * 2^(attempt - 1), at most the limit. Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (2015). */
export function backoffMs(attempt: number, settings: ClientSettings, random: () => number): number {
  return random() * Math.min(settings.backoffLimitMs, settings.backoffFirstMs * 2 ** Math.min(attempt - 1, 20))
}
