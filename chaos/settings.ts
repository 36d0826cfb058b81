/** `--set path=value`: changes an experiment before it is parsed. */
import { isMap, isSeq, parseDocument, type Document } from 'yaml'
import { knownPaths } from './experiment-schema.ts'
import { nearest } from './nearest.ts'
import type { Problem } from './problem.ts'

export interface AppliedSettings {
  problems: Problem[]
  /** The setting that gave the value at a path, so that a bad value is blamed on it. */
  settingOf: ReadonlyMap<string, string>
}

/** Changes `experimentDocument` in place. Values are YAML: `seed=9`, `load={rooms: 2}`. */
export function applySettings(experimentDocument: Document, settings: readonly string[]): AppliedSettings {
  const problems: Problem[] = []
  const settingOf = new Map<string, string>()
  for (const setting of settings) {
    const problem = applySetting(experimentDocument, setting)
    if (problem === null) settingOf.set(setting.slice(0, setting.indexOf('=')).trim(), setting)
    else problems.push({ file: `--set ${setting}`, line: 1, column: 1, ...problem })
  }
  return { problems, settingOf }
}

type SettingProblem = Pick<Problem, 'path' | 'found' | 'expected' | 'fix'> & { column?: number }

function applySetting(document: Document, setting: string): SettingProblem | null {
  const equals = setting.indexOf('=')
  if (equals <= 0) return { path: '', found: 'has no path=value', expected: 'a path, an equals sign and a value', fix: 'write for example --set load.rooms=4' }
  const path = setting.slice(0, equals).trim()
  const paths = knownPaths(sizeOf(document, 'faults'), sizeOf(document, 'thresholds') + 1)
  if (!paths.includes(path)) {
    const near = nearest(path, paths)
    return {
      path,
      found: 'is not a path of an experiment',
      expected: 'a path such as seed, phases.impact or faults.0.for',
      fix: near === null ? `the top ones are ${paths.filter((known) => !known.includes('.')).join(', ')}` : `did you mean ${near}?`,
    }
  }
  const value = parseDocument(setting.slice(equals + 1))
  const [mistake] = value.errors
  if (mistake !== undefined)
    return { path, column: equals + 2, found: `is not valid YAML: ${mistake.message}`, expected: 'a value in YAML', fix: 'quote the value' }
  return setAt(document, path, value.toJS())
}

/** Mappings on the way are made; a way through a value that is no mapping or list is a problem. */
function setAt(document: Document, path: string, value: unknown): SettingProblem | null {
  const steps = path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step))
  for (let length = steps.length - 1; length > 0; length--) {
    const above = document.getIn(steps.slice(0, length), true)
    if (above === undefined || isMap(above) || isSeq(above)) continue
    return {
      path,
      found: `lies below ${steps.slice(0, length).join('.')}, which is a single value`,
      expected: 'a path through mappings',
      fix: `set ${steps.slice(0, length).join('.')} as a whole`,
    }
  }
  document.setIn(steps, document.createNode(value))
  return null
}

function sizeOf(document: Document, key: string): number {
  const list = document.get(key)
  return isSeq(list) ? list.items.length : 0
}
