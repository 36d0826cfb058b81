/** Versions as programs print them. */

/** The first dotted number in the text that the pattern captures, e.g. `7.0.15` of `Redis server v=7.0.15 sha=0`; null when there is none. */
export function parseVersion(text: string, pattern: RegExp): string | null {
  return pattern.exec(text)?.[1] ?? null
}

/** Compares numerically, part by part; missing parts count as 0 and what follows a `-` or a letter is left out. */
export function atLeast(version: string, minimum: string): boolean {
  const parts = (text: string): number[] => (/^\d+(\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number)
  const have = parts(version)
  for (const [index, need] of parts(minimum).entries()) {
    const part = have[index] ?? 0
    if (part !== need) return part > need
  }
  return true
}
