/** `shakedown history <run>`: the record as text. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { Command, Option } from 'commander'
import { exportHistory } from '../../reports/history/export.ts'
import { HistoryError } from '../../reports/history/history-error.ts'
import { openHistory } from '../../reports/history/open-history.ts'
import { ExitWith, usageExit } from '../exit-with.ts'

export function historyCommand(): Command {
  return new Command('history')
    .description('export the record of a run (docs/history.md tells what each column holds)')
    .argument('<run>', 'folder of a run')
    .addOption(new Option('--format <format>', 'form of the lines').choices(['ndjson', 'csv']).default('ndjson'))
    .addHelpText(
      'after',
      '\nExamples:\n  npx shakedown history runs/2026-11-24T0314-redis-drop-7 --format csv > run.csv\n  npx shakedown history runs/2026-11-24T0314-redis-drop-7 | grep \'"kind":"ok"\'',
    )
    .action(async (run: string, options: { format: 'ndjson' | 'csv' }) => {
      const folder = resolve(run)
      if (!existsSync(join(folder, 'manifest.json')))
        throw new ExitWith(usageExit, `${run} is not the folder of a run: it has no manifest.json. Runs are kept under runs/.`)
      try {
        await pipeline(Readable.from(exportHistory(openHistory(folder), options.format)), process.stdout, { end: false })
      } catch (error) {
        if (error instanceof HistoryError) throw new ExitWith(3, error.message)
        // The reader of the pipe (head, less) has seen enough.
        if ((error as NodeJS.ErrnoException).code !== 'EPIPE' && (error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
      }
    })
}
