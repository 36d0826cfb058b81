/** `shakedown run <experiment>`: one run (or several trials) from components to verdict. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { Command } from 'commander'
import { run } from '../../chaos/run.ts'
import { renderTerminal } from '../../reports/render/terminal.ts'
import type { Result } from '../../reports/result.ts'
import { createReporter } from '../console-reporter.ts'
import { clientCount } from '../../scenarios/scenario.ts'
import { ExitWith, usageExit } from '../exit-with.ts'
import { findComponents } from '../find-components.ts'
import { prepare, type Prepared } from '../prepare.ts'
import { versions } from '../versions.ts'
import { wholeNumber } from '../whole-number.ts'
import { judge } from './verify.ts'

interface RunOptions {
  seed?: string
  topology?: string
  mutant?: string
  trials: string
  out?: string
  json?: true
  install: boolean
  set: string[]
  proxy?: string
  failFast?: true
}

export function runCommand(): Command {
  return new Command('run')
    .description('run an experiment and judge it')
    .argument('<experiment>', 'name of an experiment (npx shakedown list) or path of a YAML file')
    .option('--seed <number>', "seed of everything drawn by chance (default: the experiment's own)")
    .option('--topology <name>', "in place of the experiment's")
    .option('--mutant <name>', 'plant a known bug, to see it caught')
    .option('--trials <count>', 'repeat with seed, seed+1, …; the worst verdict counts', '1')
    .option('--out <folder>', 'folder of the run (default: runs/<time>-<experiment>-<seed>); with trials: one folder a trial below it')
    .option('--set <path=value>', 'change one setting of the experiment, e.g. phases.impact=20s', (value: string, all: string[]) => [...all, value], [])
    .option('--proxy <which>', 'all: every link through Toxiproxy, also those that no fault names')
    .option('--fail-fast', 'end the run within a second of the first violation that its rows show')
    .option('--no-install', 'never download, build or install a component')
    .option('--json', 'print result.json to standard output, everything else to standard error')
    .addHelpText(
      'after',
      `
Examples:
  npx shakedown run redis-drop
  npx shakedown run node-kill --seed 42 --trials 5
  npx shakedown run ./mine.yml --set phases.steady=30s --set load.rooms=24
  npx shakedown run node-kill --trials 100 --fail-fast
  npx shakedown run node-kill --mutant ack-before-commit      (must end with exit code 2)

Exit codes: 0 valid, 1 a threshold missed, 2 a guarantee violated, 3 unknown, 4 usage, 5 harness failure, 130 interrupted`,
    )
    .action(async (name: string, options: RunOptions) => {
      const prepared = prepare(name, options)
      const trials = wholeNumber('--trials', options.trials, 1, 1000)
      if (options.proxy !== undefined && options.proxy !== 'all') throw new ExitWith(usageExit, `--proxy takes \`all\`, not \`${options.proxy}\``)
      const results: Result[] = []
      for (let trial = 0; trial < trials; trial++) results.push(await oneRun(prepared, prepared.seed + trial, trials, options))
      if (options.json) console.log(JSON.stringify(trials === 1 ? results[0] : results, null, 2))
      if (trials > 1) console.error(results.map((result) => `seed ${result.seed}: ${result.verdict}`).join('\n'))
      // 2 violated > 3 unknown > 1 threshold > 0 valid: the worst verdict first.
      process.exitCode = [2, 3, 1, 0].find((code) => results.some((result) => result.exitCode === code)) ?? 5
    })
}

async function oneRun(prepared: Prepared, seed: number, trials: number, options: RunOptions): Promise<Result> {
  const { experiment, topology, scenario, mutant } = prepared
  const folder = runFolder(options.out, experiment.name, seed, trials)
  const reporter = createReporter(options.json ? process.stderr : process.stdout)
  const interrupted = new AbortController()
  const interrupt = () => {
    reporter.line('interrupted: ending everything in order (a second Ctrl-C ends at once)')
    interrupted.abort(new ExitWith(130, ''))
    process.once('SIGINT', () => {
      process.exit(130)
    })
  }
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  try {
    const named = Object.entries(versions())
      .map(([part, version]) => `${part} ${version}`)
      .join(', ')
    reporter.line(
      `shakedown ${experiment.name} · seed ${seed} · ${topology.name}, ${topology.nodes} nodes · ${clientCount(scenario)} clients in ${scenario.rooms} rooms${mutant ? ` · mutant ${mutant}` : ''} · ${named}`,
    )
    const optional = { store: scenario.files || scenario.archives ? 'needed' : 'spare', clamd: scenario.files ? 'needed' : 'spare' } as const
    const found = await findComponents({ install: options.install, optional, progress: reporter.line })
    reporter.line(
      `components  ${Object.entries(found)
        .map(([part, { version, source, standIn }]) => `${part} ${standIn ? `stand-in ${standIn}` : version} (${source})`)
        .join('  ')}`,
    )
    await run({
      ...prepared,
      seed,
      folder,
      found,
      proxyAll: options.proxy === 'all',
      failFast: options.failFast === true,
      versions: versions(),
      replay: replayCommand(prepared, seed, options),
      reporter,
      signal: interrupted.signal,
    })
    reporter.end()
    const result = judge(folder)
    if (!options.json) console.log(`\n${renderTerminal(result, { colour: process.stdout.isTTY, folder: relative('.', folder) || '.' })}`)
    return result
  } catch (error) {
    reporter.end()
    if (error instanceof ExitWith && error.exitCode === 130)
      throw new ExitWith(
        130,
        `interrupted; clients, nodes and components are ended. What was recorded is in ${relative('.', folder)}\nagain: ${replayCommand(prepared, seed, options)}`,
      )
    if (error instanceof ExitWith) throw error
    throw new Error(
      `${error instanceof Error ? error.message : String(error)}\nlogs: ${relative('.', join(folder, 'logs'))}\nagain: ${replayCommand(prepared, seed, options)}`,
      { cause: error },
    )
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

/** A folder given by the user must be new, empty, or an earlier run's, which is replaced. */
function runFolder(out: string | undefined, name: string, seed: number, trials: number): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '')
  const folder = resolve(out === undefined ? join('runs', `${time}-${name}-${seed}`) : trials > 1 ? join(out, String(seed)) : out)
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    if (!existsSync(join(folder, 'manifest.json'))) throw new ExitWith(usageExit, `--out ${folder} holds files that are not a run's; name a new folder`)
    rmSync(folder, { recursive: true })
  }
  mkdirSync(folder, { recursive: true })
  return folder
}

function replayCommand(prepared: Prepared, seed: number, options: RunOptions): string {
  const words = ['npx shakedown run', prepared.named, `--seed ${seed}`]
  if (options.topology) words.push(`--topology ${options.topology}`)
  if (options.mutant) words.push(`--mutant ${options.mutant}`)
  if (options.proxy) words.push(`--proxy ${options.proxy}`)
  if (options.failFast) words.push('--fail-fast')
  for (const setting of options.set) words.push(`--set ${JSON.stringify(setting)}`)
  return words.join(' ')
}
