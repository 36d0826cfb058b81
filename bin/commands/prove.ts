/** `shakedown prove`: the evidence for the checks themselves. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { Command } from 'commander'
import { experimentNames } from '../../chaos/experiment-files.ts'
import type { Mutant } from '../../system/mutants/mutant.ts'
import { mutants } from '../../system/mutants/table.ts'
import { ExitWith, usageExit } from '../exit-with.ts'
import { prepare } from '../prepare.ts'
import { renderDetection, type Proof } from '../prove/detection.ts'
import { broken, readTrials, type FinishedTrial } from '../prove/finished-trial.ts'
import { progressLine } from '../prove/progress.ts'
import { planProof, type Trial } from '../prove/proof-plan.ts'
import { forgetRun, runTrial } from '../prove/run-trial.ts'
import { tally } from '../prove/tally.ts'
import { proveVerifier } from '../prove/verifier.ts'
import { versions } from '../versions.ts'
import { wholeNumber } from '../whole-number.ts'

interface ProveOptions {
  only: string[]
  trials: string
  null: string
  seed: string
  json?: true
  out: string
}

const trialDeadlineMs = 150_000

export function proveCommand(): Command {
  return new Command('prove')
    .description('prove the checks: known bugs must be caught, sound runs must not be accused')
    .option('--only <mutant>', 'this mutant (again for more); nothing else but the null trials', (value: string, all: string[]) => [...all, value], [])
    .option('--trials <count>', 'runs of each mutant, with seed, seed+1, …', '1')
    .option('--null <count>', 'runs of the sound chat, through all experiments in turn', '10')
    .option('--seed <number>', 'seed of the first trials', '77')
    .option('--out <folder>', 'folder of the proof; a proof that was ended goes on where it was', join('runs', 'proof'))
    .option('--json', 'print the proof as data to standard output')
    .addHelpText(
      'after',
      `
Examples:
  npx shakedown prove                                        (about 30 minutes)
  npx shakedown prove --only ack-before-commit --trials 5 --null 0
  npx shakedown prove --trials 3 --null 40 --out runs/proof-3

Exit codes: 0 every mutant was caught by its checks and no sound run was accused, 2 otherwise, 4 usage, 130 interrupted`,
    )
    .action(async (options: ProveOptions) => {
      const proof = await prove(options)
      if (options.json) console.log(JSON.stringify(proof, null, 2))
      else process.stdout.write(renderDetection(proof))
      process.exitCode = proof.tally.proved && proof.verifier?.proved !== false ? 0 : 2
    })
}

async function prove(options: ProveOptions): Promise<Proof> {
  const chosen = chosenMutants(options.only)
  const planned = planProof({
    mutants: chosen,
    experiments: experimentNames().map((name) => prepare(name, { set: [] }).experiment),
    trialsPerMutant: wholeNumber('--trials', options.trials, 1, 1000),
    nullTrials: wholeNumber('--null', options.null, 0, 1000),
    seed: wholeNumber('--seed', options.seed, 0, 2 ** 30),
  })
  const folder = resolve(options.out)
  mkdirSync(folder, { recursive: true })
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort(new ExitWith(130, `interrupted; the same command goes on from ${relative('.', folder)}`)))
  console.error(`proof of ${chosen.length} mutants: ${planned.length} trials, in ${relative('.', folder)}`)
  const verifier = options.only.length > 0 ? null : await proveVerifier(folder, interrupted.signal)
  const finished = await runTrials(planned, folder, interrupted.signal)
  const proof: Proof = {
    madeAt: new Date().toISOString(),
    command: `npx shakedown prove --trials ${options.trials} --null ${options.null} --seed ${options.seed}${options.only.map((name) => ` --only ${name}`).join('')}`,
    versions: versions(),
    verifier,
    tally: tally(chosen, planned, finished),
  }
  writeFileSync(join(folder, 'proof.json'), `${JSON.stringify(proof, null, 2)}\n`)
  writeFileSync(join(folder, 'detection.md'), renderDetection(proof))
  return proof
}

function chosenMutants(only: readonly string[]): readonly Mutant[] {
  const strange = only.find((name) => !mutants.some((mutant) => mutant.name === name))
  if (strange !== undefined) throw new ExitWith(usageExit, `--only ${strange} is not known; there are ${mutants.map((mutant) => mutant.name).join(', ')}`)
  return only.length === 0 ? mutants : mutants.filter((mutant) => only.includes(mutant.name))
}

/** One after the other; what the state file has with a verdict isn't done again. */
async function runTrials(planned: readonly Trial[], folder: string, signal: AbortSignal): Promise<Map<string, FinishedTrial>> {
  const state = join(folder, 'trials.ndjson')
  const known = existsSync(state) ? readTrials(readFileSync(state, 'utf8')) : new Map<string, FinishedTrial>()
  const finished = new Map(
    planned.flatMap(({ key }) => {
      const trial = known.get(key)
      return trial === undefined || trial.verdict === 'broken' ? [] : [[key, trial] as const]
    }),
  )
  const before = finished.size
  let seconds = 0
  for (const trial of planned) {
    if (finished.has(trial.key)) continue
    const runFolder = join(folder, trial.key.replaceAll('/', '-'))
    const ended = await runTrial(trial, runFolder, trialDeadlineMs, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      return broken(trial, error instanceof Error ? error.message : String(error), 0)
    })
    finished.set(trial.key, ended)
    appendFileSync(state, `${JSON.stringify(ended)}\n`)
    seconds += ended.seconds
    console.error(progressLine(ended, { done: finished.size, planned: planned.length, meanSeconds: seconds / (finished.size - before) }))
    if (isAsItShould(ended)) await forgetRun(runFolder)
  }
  return finished
}

function isAsItShould({ mutant, invalid, verdict }: FinishedTrial): boolean {
  const caughtBy = mutants.find((one) => one.name === mutant)?.caughtBy
  return caughtBy === undefined ? verdict === 'valid' : invalid.some((check) => caughtBy.includes(check))
}
