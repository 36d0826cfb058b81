/** From what the schema and the rules find to problems that a person can act on. */
import type { z } from 'zod'
import { knownKeys } from './experiment-schema.ts'
import { nearest } from './nearest.ts'
import { inOrder, type Problem } from './problem.ts'
import type { ReadDocument } from './yaml-document.ts'

export interface Issue {
  path: readonly PropertyKey[]
  found: string
  expected: string
  fix: string
  at?: 'key'
}

export function issuesOf(error: z.ZodError, value: unknown): Issue[] {
  return error.issues.flatMap((issue): Issue[] => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(issue.path, key))
    const found = valueAt(value, issue.path)
    const key = String(issue.path.at(-1) ?? '')
    if (found === undefined) return [{ path: issue.path, found: 'is missing', expected: issue.message, fix: `add ${key}: with ${issue.message}` }]
    const near = issue.code === 'invalid_value' && typeof found === 'string' ? nearest(found, issue.values.map(String)) : null
    return [{ path: issue.path, found: `is ${shown(found)}`, expected: issue.message, fix: near === null ? `write ${issue.message}` : `did you mean ${near}?` }]
  })
}

function unknownKey(path: readonly PropertyKey[], key: string): Issue {
  const known = knownKeys(path)
  const near = nearest(key, known)
  return {
    path: [...path, key],
    at: 'key',
    found: 'is not known',
    expected: `one of ${known.join(', ')}`,
    fix: near === null ? 'remove it' : `did you mean ${near}?`,
  }
}

/** One problem a path, in the order of the file; what a setting gave is blamed on the setting. */
export function problemsOf(issues: readonly Issue[], read: ReadDocument, settingOf: ReadonlyMap<string, string>): Problem[] {
  const byPath = new Map<string, Problem>()
  for (const issue of issues) {
    const path = issue.path.map(String).join('.')
    if (byPath.has(path)) continue
    const setting = [...settingOf].find(([set]) => path === set || path.startsWith(`${set}.`))?.[1]
    const place = setting === undefined ? read.place(issue.path, issue.at) : { file: `--set ${setting}`, line: 1, column: setting.indexOf('=') + 2 }
    byPath.set(path, { ...place, path, found: issue.found, expected: issue.expected, fix: issue.fix })
  }
  return inOrder([...byPath.values()])
}

export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value
  for (const step of path) {
    if (found === null || typeof found !== 'object') return undefined
    found = Object.entries(found).find(([key]) => key === String(step))?.[1]
  }
  return found
}

export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
