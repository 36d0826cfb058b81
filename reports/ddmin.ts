/**
 * Delta debugging: the smallest part of a list for which something still holds, in the sense that no single item can be left out (1-minimal).
 * Deterministic. Source: Zeller, Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002, algorithm ddmin; subsets are not tried, only complements.
 */
export interface Minimized<T> {
  kept: readonly T[]
  tests: number
  /** False when the limit of tests ended the search. */
  minimal: boolean
}

/** `holds` must be true of all items. `testLimit`: how often it may be asked. */
export function ddmin<T>(items: readonly T[], holds: (kept: readonly T[]) => boolean, testLimit = Infinity): Minimized<T> {
  let kept = items
  let parts = 2
  let tests = 0
  const test = (candidate: readonly T[]): boolean => {
    tests++
    return holds(candidate)
  }
  while (kept.length > 0) {
    const size = Math.ceil(kept.length / parts)
    let smaller: readonly T[] | null = null
    for (let from = 0; from < kept.length && smaller === null; from += size) {
      if (tests >= testLimit) return { kept, tests, minimal: false }
      const without = [...kept.slice(0, from), ...kept.slice(from + size)]
      if (test(without)) smaller = without
    }
    if (smaller !== null) {
      kept = smaller
      parts = Math.max(parts - 1, 2)
    } else if (size === 1) break
    else parts = Math.min(parts * 2, kept.length)
  }
  return { kept, tests, minimal: true }
}
