/** Work that repeats: the next round begins a period after the last one ended, so that a slow store is never asked twice at once. */
export interface Round extends AsyncDisposable {
  name: string
}

export function repeat(name: string, everyMs: number, work: () => Promise<void>, onError: (error: unknown, during: string) => void): Round {
  let stopped = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout
  const schedule = () => {
    timer = setTimeout(() => {
      running = work()
        .catch((error: unknown) => onError(error, name))
        .then(() => {
          if (!stopped) schedule()
        })
    }, everyMs)
  }
  schedule()
  return {
    name,
    async [Symbol.asyncDispose]() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
