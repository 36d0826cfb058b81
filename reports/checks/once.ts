/** Parts that several checks read are made once a history and forgotten with it. */
import type { History } from '../history/history.ts'

export function once<T>(make: (history: History) => T): (history: History) => T {
  const made = new WeakMap<History, { part: T }>()
  return (history) => {
    const known = made.get(history)
    if (known !== undefined) return known.part
    const part = make(history)
    made.set(history, { part })
    return part
  }
}
