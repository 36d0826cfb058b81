/** The part of the protocol that the client needs while it runs: values only, so that a browser bundle carries no schema. */

/** Largest accepted message body in bytes of UTF-8. */
export const bodyLimitBytes = 8192
/** Files of one message. */
export const attachmentLimit = 10
/** Longest file name in bytes of UTF-8. Source: NAME_MAX of Linux, limits.h */
export const fileNameLimitBytes = 255
/** Milliseconds, unless a node is configured otherwise: how long a presence beat counts, how often one comes, and between two sweeps of what rooms no longer keep. */
export const timers = { presenceTtlMs: 10_000, presenceBeatMs: 3_000, retentionSweepMs: 10_000 } as const
/** Entries in one `sync:page`, `range:get` or `history:page` answer. */
export const pageLimit = 100

/**
 * Every error code. `definite`: the operation was not done and never will be by this attempt. A code that is not listed is not definite.
 * `retryable`: the same request may succeed later.
 */
export const errorCodes = {
  invalid: { definite: true, retryable: false },
  too_large: { definite: true, retryable: false },
  forbidden: { definite: true, retryable: false },
  not_found: { definite: true, retryable: false },
  held: { definite: true, retryable: false },
  id_reused: { definite: true, retryable: false },
  infected: { definite: true, retryable: false },
  upload_expired: { definite: true, retryable: false },
  upload_mismatch: { definite: true, retryable: false },
  not_uploaded: { definite: true, retryable: true },
  not_clean: { definite: true, retryable: true },
  rate_limited: { definite: true, retryable: true },
  token_expired: { definite: true, retryable: true },
  draining: { definite: true, retryable: true },
  epoch_changed: { definite: true, retryable: true },
  unavailable: { definite: false, retryable: true },
  internal: { definite: false, retryable: true },
} as const
export type ErrorCode = keyof typeof errorCodes
