/** Opens the folder of a run for a command that reads it. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { HistoryError } from '../reports/history/history-error.ts'
import type { History } from '../reports/history/history.ts'
import { openHistory } from '../reports/history/open-history.ts'
import { ExitWith, usageExit } from './exit-with.ts'

/** Throws ExitWith: 4 when `run` is no folder of a run, 3 when its record can't be read. */
export function openRun(run: string): History {
  const folder = resolve(run)
  if (!existsSync(join(folder, 'manifest.json')))
    throw new ExitWith(usageExit, `${run} is not the folder of a run: it has no manifest.json. Runs are kept under runs/; name one of those folders.`)
  try {
    return openHistory(folder)
  } catch (error) {
    if (error instanceof HistoryError) throw new ExitWith(3, error.message)
    throw error
  }
}
