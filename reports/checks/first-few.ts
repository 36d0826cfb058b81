const shown = 3

/** `a, b, c and 7 more`. */
export function firstFew(all: readonly string[], separator = ', '): string {
  const rest = all.length - shown
  return `${all.slice(0, shown).join(separator)}${rest > 0 ? ` and ${rest} more` : ''}`
}
