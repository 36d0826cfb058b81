/** A YAML text with the place of each value, so that every problem can say where it stands. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import type { Problem } from './problem.ts'

export interface Place {
  file: string
  line: number
  column: number
}
export interface ReadDocument {
  document: Document
  value: unknown
  /** Place of the value at a path, or of the nearest mapping around it when it is absent. `key`: of the key, not its value. */
  place(path: readonly PropertyKey[], of?: 'key' | 'value'): Place
}

/** Also what UTF-8 decoding puts in place of bytes that are none. Spaces of any kind are not counted. */
const noText = /(?!\s)\p{Cc}|\ufffd/u

export function readDocument(text: string, file: string): ReadDocument | { problems: Problem[] } {
  const whole = (found: string, fix: string): { problems: Problem[] } => ({
    problems: [{ file, line: 1, column: 1, path: '', found, expected: 'an experiment in YAML', fix }],
  })
  if (noText.test(text)) return whole('is not text', 'give the path of a YAML file in UTF-8')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const mistakes = [...document.errors, ...document.warnings]
  if (mistakes.length > 0) {
    const problems = mistakes.map((mistake): Problem => {
      const { line, col } = lines.linePos(mistake.pos[0])
      return {
        file,
        line,
        column: col,
        path: '',
        found: `is not valid YAML: ${mistake.message}`,
        expected: 'well-formed YAML',
        fix: 'mend the YAML at this place; the other checks follow then',
      }
    })
    return { problems }
  }
  if (document.contents === null) return whole('is empty', 'copy chaos/experiments/steady.yml and change it')
  if (!isMap(document.contents))
    return whole(
      `is ${isSeq(document.contents) ? 'a list' : 'a single value'}`,
      'begin with name:, hypothesis:, topology: and scenario: as keys of one mapping',
    )
  try {
    return { document, value: document.toJS({ maxAliasCount: 100 }), place: (path, of = 'value') => placeOf(document, lines, file, path, of) }
  } catch (error) {
    return whole(`can't be read: ${error instanceof Error ? error.message : String(error)}`, 'write the values out instead of using aliases')
  }
}

function placeOf(document: Document, lines: LineCounter, file: string, path: readonly PropertyKey[], of: 'key' | 'value'): Place {
  let node: unknown = document.contents
  let offset = offsetOf(node) ?? 0
  for (const [index, step] of path.entries()) {
    const pair = isMap(node) ? node.items.find((item) => (isScalar(item.key) ? String(item.key.value) : String(item.key)) === String(step)) : undefined
    const child: unknown = pair?.value ?? (isSeq(node) ? node.items[Number(step)] : undefined)
    if (pair === undefined && child === undefined) break
    const last = index === path.length - 1
    offset = (last && of === 'key' ? offsetOf(pair?.key) : offsetOf(child)) ?? offsetOf(pair?.key) ?? offset
    node = child
  }
  const { line, col } = lines.linePos(offset)
  return { file, line, column: col }
}

function offsetOf(node: unknown): number | null {
  return node !== null && typeof node === 'object' && 'range' in node ? ((node as Node).range?.[0] ?? null) : null
}
