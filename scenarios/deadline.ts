/** A wait that passed its deadline. */
export class DeadlineError extends Error {
  override name = 'DeadlineError'
  readonly code: string

  constructor(code: string, waitedMs: number, what: string) {
    super(`waited ${waitedMs} ms for ${what}`)
    this.code = code
  }
}

/** `work`, or a DeadlineError after `timeoutMs` that says what was waited for. `late` is told when the work ends after all. */
export function withDeadline<T>(work: Promise<T>, timeoutMs: number, what: () => string, code: string, late: () => void = () => undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    let passed = false
    const timer = setTimeout(() => {
      passed = true
      reject(new DeadlineError(code, timeoutMs, what()))
    }, timeoutMs)
    const settle = (finish: () => void): void => {
      if (passed) {
        late()
        return
      }
      clearTimeout(timer)
      finish()
    }
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error instanceof Error ? error : new Error(String(error)))),
    )
  })
}
