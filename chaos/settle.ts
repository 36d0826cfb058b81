/** Waits until nothing has been pending for `quiescenceMs` on end. Returns null, or at the deadline the reason why it has not settled. */
export async function settle(options: {
  pending: () => Promise<string | null>
  deadlineMs: number
  quiescenceMs: number
  signal: AbortSignal
}): Promise<string | null> {
  const began = performance.now()
  let quietSince: number | null = null
  for (;;) {
    options.signal.throwIfAborted()
    const reason = await options.pending()
    const now = performance.now()
    if (reason === null) {
      quietSince ??= now
      if (now - quietSince >= options.quiescenceMs) return null
    } else {
      quietSince = null
    }
    if (now - began >= options.deadlineMs) return reason ?? `quiet for only ${Math.round(now - (quietSince ?? now))} of ${options.quiescenceMs} ms`
    await new Promise((resolve) => {
      setTimeout(resolve, 250)
    })
  }
}
