/** The detection table as Markdown: docs/detection.md is what a whole proof wrote. Pure. */
import { sightingTable } from '../../reports/mutators/measure.ts'
import type { MutantRow, NullRow, Tally } from './tally.ts'
import type { VerifierProof } from './verifier.ts'
import type { Interval } from './wilson.ts'

export interface Proof {
  madeAt: string
  /** The command that makes it again. */
  command: string
  versions: Readonly<Record<string, string>>
  verifier: VerifierProof | null
  tally: Tally
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const between = ({ low, high }: Interval): string => `${percent(low)} to ${percent(high)}`
const codes = (names: readonly string[]): string => (names.length === 0 ? '-' : names.map((name) => `\`${name}\``).join(', '))

export function renderDetection({ madeAt, command, versions, verifier, tally }: Proof): string {
  const versioned = Object.entries(versions).map(([part, version]) => `${part} ${version}`)
  return `${[
    '# What the checks detect',
    `Made by \`${command}\` at ${madeAt} with ${versioned.join(', ')}. Intervals are 95 % (Wilson).`,
    ...ofMutants(tally),
    ...ofSound(tally),
    ...(verifier === null ? [] : ofVerifier(verifier)),
  ].join('\n\n')}\n`
}

function ofMutants({ mutants }: Tally): string[] {
  const caught = mutants.filter((row) => row.verdict === 'caught').length
  return [
    `## Known bugs, end to end: ${caught} of ${mutants.length} caught`,
    ['| mutant | breaks | experiment | must be named by | caught | rate | also named by |', '|---|---|---|---|---|---|---|', ...mutants.map(mutantLine)].join(
      '\n',
    ),
    ...mutants.filter((row) => row.verdict === 'missed').map((row) => `**missed: ${row.name}** ${row.why.join('; ')}`),
  ]
}

function mutantLine({ name, breaks, experiment, caughtBy, caught, trials, rate, also, verdict }: MutantRow): string {
  const counted = `${caught} of ${trials}`
  return `| ${name} | ${breaks} | ${experiment} | ${codes(caughtBy)} | ${verdict === 'caught' ? counted : `**missed**: ${counted}`} | ${between(rate)} | ${codes(also)} |`
}

function ofSound({ sound, falseAlarmRate }: Tally): string[] {
  if (sound.length === 0) return []
  const { falseAlarms, trials } = falseAlarmRate
  return [
    `## Null test: ${falseAlarms} false alarms in ${trials} runs of the sound chat (${between(falseAlarmRate)})`,
    ['| experiment | runs | valid | unknown | no verdict | false alarms | by |', '|---|---|---|---|---|---|---|', ...sound.map(nullLine)].join('\n'),
  ]
}

function nullLine({ experiment, trials, valid, unknown, broken, falseAlarms, alarmedBy }: NullRow): string {
  return `| ${experiment} | ${trials} | ${valid} | ${unknown} | ${broken} | ${falseAlarms} | ${codes(alarmedBy)} |`
}

function ofVerifier({ tests, sightings }: VerifierProof): string[] {
  const counted =
    tests === null
      ? 'not run: the test runner is not installed'
      : Object.entries(tests)
          .map(([name, { passed, failed }]) => `${name}: ${passed} passed, ${failed} failed`)
          .join('; ')
  return ['## The checks alone', `Histories by hand and brute-force oracles: ${counted}. Mutations planted in a sound record:`, sightingTable(sightings)]
}
