const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 }

/** Milliseconds of `"100ms"`, `"2s"`, `"1m"` or a number of seconds (also fractions, also as text); null for anything else. */
export function durationMs(value: unknown): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m)?\s*$/.exec(String(value))
  if (match === null) return null
  return Number(match[1]) * (units[match[2] ?? 's'] ?? 1000)
}
