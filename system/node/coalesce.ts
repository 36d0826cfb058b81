/**
 * Makes calls of `work` share runs: at most one runs and one waits, and every call is answered by a run that began after the call.
 * A reader who asks "what is there now" is so never answered from before its question.
 */
export function coalesce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let waiting: Promise<void> | null = null
  const begin = () => {
    const run = work().finally(() => {
      if (running === run) running = null
    })
    running = run
    return run
  }
  return () => {
    if (waiting !== null) return waiting
    if (running === null) return begin()
    waiting = running
      .then(
        () => null,
        // Its own callers hear of the failure; the next run is a new attempt.
        () => null,
      )
      .then(() => {
        waiting = null
        return begin()
      })
    return waiting
  }
}
