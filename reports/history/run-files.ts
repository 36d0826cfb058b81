/** The JSON files of a run's folder. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { HistoryError, parseRunFile } from './history-error.ts'
import { type Manifest, manifest } from './manifest.ts'
import { type Trace, trace } from './trace.ts'

const expected = 'expected the folder of a run, with manifest.json, trace.json, history/ and journals/'

/** Throws a HistoryError when the folder or the file is absent or malformed. */
export function readManifest(folder: string): Manifest {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new HistoryError(`${folder} is not a folder: ${expected}`)
  const path = join(folder, 'manifest.json')
  if (!existsSync(path)) throw new HistoryError(`${folder} has no manifest.json: ${expected}`)
  return parseRunFile(manifest, path, readFileSync(path, 'utf8'))
}

/** Null when the run left none. Throws a HistoryError when it is malformed. */
export function readTrace(folder: string): Trace | null {
  const path = join(folder, 'trace.json')
  return existsSync(path) ? parseRunFile(trace, path, readFileSync(path, 'utf8')) : null
}
