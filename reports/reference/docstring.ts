/** What a check's own docstring, the first of its file, says of it: parts that begin a line with their name and a colon, in this order. */
export const parts = ['Rule', 'Excused', 'Population', 'Unknown', "Can't see"] as const
export type Part = (typeof parts)[number]

/** Markdown by part: lines as they stand, without the stars. Throws for a docstring that lacks a part or has them in another order. */
export function docstringParts(source: string): Readonly<Record<Part, string>> {
  const docstring = /^\/\*\*\n([\s\S]*?)\n? \*\//.exec(source)?.[1]
  if (docstring === undefined) throw new Error('the file does not begin with a docstring')
  const text = docstring.replaceAll(/^ \* ?/gm, '')
  const starts = parts.map((part) => {
    const at = text.search(new RegExp(`^${part}: `, 'm'))
    if (at === -1) throw new Error(`the docstring has no line that begins with "${part}: "`)
    return at
  })
  if (starts[0] !== 0 || starts.some((at, index) => at < (starts[index - 1] ?? 0)))
    throw new Error(`the docstring does not have ${parts.join(', ')} in this order`)
  const told = parts.map((part, index) => [part, text.slice((starts[index] ?? 0) + part.length + 2, starts[index + 1]).trimEnd()])
  return Object.fromEntries(told) as Record<Part, string>
}
