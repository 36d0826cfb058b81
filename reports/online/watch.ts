/** Watches the history of a run that goes on. */
import type { ClientInfo } from '../history/history.ts'
import { createOnlineJudge, type OnlineViolation } from './judge.ts'
import { Tail } from './tail.ts'

const everyMs = 200

export interface Watch extends Disposable {
  /** Aborted with a FirstViolation at the first violation, or with the error when the history can't be read. */
  readonly signal: AbortSignal
}

export class FirstViolation extends Error {
  override readonly name = 'FirstViolation'
  readonly violation: OnlineViolation

  constructor(violation: OnlineViolation) {
    const where = violation.room === null ? '' : ` in ${violation.room}`
    super(`${violation.check} violated at ${(violation.atNs / 1e9).toFixed(3)} s by client ${violation.client}${where}: ${violation.why}`)
    this.violation = violation
  }
}

/**
 * `historyFolder`: `<run>/history`.
 * A violation is told within about 450 ms of its row (flushed within 250 ms, read within 200), or within 950 where a row of another worker may excuse it.
 */
export function watchHistory(historyFolder: string, clients: readonly ClientInfo[]): Watch {
  const judge = createOnlineJudge(clients)
  const tail = new Tail(historyFolder, judge.names)
  const found = new AbortController()
  const look = (): void => {
    try {
      const nowMs = performance.now()
      tail.read((row) => {
        judge.take(row, nowMs)
      })
      const violation = judge.violation(nowMs)
      if (violation !== null) found.abort(new FirstViolation(violation))
    } catch (error) {
      found.abort(error)
    }
    if (found.signal.aborted) clearInterval(timer)
  }
  const timer = setInterval(look, everyMs)
  return {
    signal: found.signal,
    [Symbol.dispose]: () => {
      clearInterval(timer)
    },
  }
}
