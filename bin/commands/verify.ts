/** `shakedown verify <run>`: the verdict again, from the folder alone. */
import { existsSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { Command } from 'commander'
import { HistoryError } from '../../reports/history/history-error.ts'
import { openHistory } from '../../reports/history/open-history.ts'
import { readManifest } from '../../reports/history/run-files.ts'
import { renderShrunk } from '../../reports/render/journey.ts'
import { renderTerminal } from '../../reports/render/terminal.ts'
import type { Result } from '../../reports/result.ts'
import { shrink } from '../../reports/shrink.ts'
import { verifyRun } from '../../reports/verify.ts'
import { ExitWith, usageExit } from '../exit-with.ts'

export function verifyCommand(): Command {
  return new Command('verify')
    .description('judge a recorded run again, from its folder alone')
    .argument('<run>', 'folder of a run, e.g. runs/2026-11-24T0314-redis-drop-7')
    .option('--json', 'print result.json instead of the summary')
    .option('--shrink', 'reduce each violation to the fewest rows that still show it')
    .addHelpText(
      'after',
      '\nExamples:\n  npx shakedown verify runs/2026-11-24T0314-redis-drop-7\n  npx shakedown verify --json runs/latest\n  npx shakedown verify --shrink runs/latest',
    )
    .action((run: string, options: { json?: true; shrink?: true }) => {
      const folder = resolve(run)
      if (!existsSync(join(folder, 'manifest.json')))
        throw new ExitWith(usageExit, `${run} is not the folder of a run: it has no manifest.json. Runs are kept under runs/; name one of those folders.`)
      const result = judge(folder)
      console.log(
        options.json ? JSON.stringify(result, null, 2) : renderTerminal(result, { colour: process.stdout.isTTY, folder: relative('.', folder) || '.' }),
      )
      if (options.shrink) showShrunk(folder, result, options.json ? console.error : console.log)
      process.exitCode = result.exitCode
    })
}

function showShrunk(folder: string, result: Result, show: (text: string) => void): void {
  const invalid = result.checks.filter((check) => check.verdict === 'invalid')
  if (invalid.length === 0) show('\nnothing to shrink: no check is violated')
  const history = openHistory(folder)
  const { guarantees } = readManifest(folder).experiment
  for (const { name } of invalid) {
    const shrunk = shrink(history, name, { guarantees })
    show(shrunk === null ? `\n${name}: it tells no story that could be shrunk` : `\n${renderShrunk(shrunk)}`)
  }
}

/** Judges the folder and leaves result.json there. */
export function judge(folder: string): Result {
  try {
    const result = verifyRun(folder, { writtenAt: new Date().toISOString() })
    writeFileSync(join(folder, 'result.json'), `${JSON.stringify(result, null, 2)}\n`)
    return result
  } catch (error) {
    if (error instanceof HistoryError) throw new ExitWith(3, `unknown: the record can't be read. ${error.message}`)
    throw error
  }
}
