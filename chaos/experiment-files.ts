/** Finds an experiment by the name of one that comes with shakedown, or by the path of the user's own. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { nearest } from './nearest.ts'
import type { Problem } from './problem.ts'

const ownFolder = join(import.meta.dirname, 'experiments')
const sizeLimitBytes = 1024 * 1024

export function experimentNames(folder = ownFolder): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yml'))
    .map((file) => file.slice(0, -'.yml'.length))
    .toSorted()
}

export function findExperiment(nameOrPath: string, folder = ownFolder): { file: string; text: string } | { problems: Problem[] } {
  const problem = (found: string, fix: string): { problems: Problem[] } => ({
    problems: [{ file: nameOrPath, line: 1, column: 1, path: '', found, expected: 'the name of an experiment or the path of a YAML file', fix }],
  })
  const names = experimentNames(folder)
  const isPath = /[/\\]|\.ya?ml$/.test(nameOrPath)
  if (!isPath && !names.includes(nameOrPath)) {
    const near = nearest(nameOrPath, names)
    return problem(
      'is no experiment',
      near === null ? `there are ${names.join(', ')}; a path begins with ./` : `did you mean ${near}? There are ${names.join(', ')}`,
    )
  }
  const file = isPath ? nameOrPath : join(folder, `${nameOrPath}.yml`)
  try {
    const { size } = statSync(file)
    if (size > sizeLimitBytes) return problem(`has ${size} bytes`, `give a file of at most ${sizeLimitBytes} bytes`)
    return { file, text: readFileSync(file, 'utf8') }
  } catch (error) {
    return problem(`can't be read: ${error instanceof Error ? error.message : String(error)}`, 'check the path and its permissions')
  }
}
