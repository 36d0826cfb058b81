/** Durations as people write them: `8s`, `250ms`, `2m`. */
export const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m)$/
export const durationExpected = 'a duration such as 8s, 250ms or 2m'
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 }

/** Milliseconds, whole. Throws on any other text. */
export function parseDuration(text: string): number {
  const [, amount, unit] = durationPattern.exec(text) ?? []
  const factor = unitMs[unit ?? '']
  if (amount === undefined || factor === undefined) throw new Error(`"${text}" is not ${durationExpected}`)
  return Math.round(Number(amount) * factor)
}

/** The shortest of the three ways to write it: 8000 -> 8s. */
export function renderDuration(ms: number): string {
  if (ms !== 0 && ms % 60_000 === 0) return `${ms / 60_000}m`
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}
