/** Figures as people read them. */
export const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 })

/** "31 ms", "8.9 s". */
export function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`
  return `${ms >= 10 || ms === 0 ? Math.round(ms) : ms.toFixed(1)} ms`
}

/** "missingLocal" -> "missing local"; words of a locus stay as they are. */
export function words(name: string): string {
  return name.replace(/Ms$/, '').replaceAll(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
}

/** A figure by its name: times in ms end in "Ms". */
export function figure(name: string, value: number | string): string {
  return typeof value === 'string' ? value : name.endsWith('Ms') ? duration(value) : number(value)
}
