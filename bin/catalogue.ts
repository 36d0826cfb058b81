/** Everything that can be named on a command line, read from the explicit tables. */
import { parse } from 'yaml'
import { experimentNames, findExperiment } from '../chaos/experiment-files.ts'
import { faults } from '../chaos/faults/table.ts'
import { checkList } from '../reports/checks/table.ts'
import { scenarios } from '../scenarios/table.ts'
import { topologies } from '../system/cluster/topologies/table.ts'
import { mutants } from '../system/mutants/table.ts'

interface Row {
  name: string
  summary: string
}
export interface Catalogue {
  experiments: Row[]
  scenarios: Row[]
  topologies: Row[]
  faults: Row[]
  checks: { name: string; claim: string }[]
  mutants: { name: string; breaks: string; experiment: string; caughtBy: readonly string[] }[]
}

export function catalogue(): Catalogue {
  const row = ({ name, summary }: Row): Row => ({ name, summary })
  return {
    experiments: experimentNames().map((name) => ({ name, summary: hypothesisOf(name) })),
    scenarios: scenarios.map(row),
    topologies: topologies.map(row),
    faults: faults.map(row),
    checks: checkList.map(({ name, claim }) => ({ name, claim })),
    mutants: mutants.map(({ name, breaks, experiment, caughtBy }) => ({ name, breaks, experiment, caughtBy })),
  }
}

/** One block a kind: names in a column, one sentence each. */
export function renderCatalogue(listed: Catalogue): string {
  const blocks: [string, [string, string][]][] = [
    ['experiments', listed.experiments.map(({ name, summary }) => [name, summary])],
    ['scenarios', listed.scenarios.map(({ name, summary }) => [name, summary])],
    ['topologies', listed.topologies.map(({ name, summary }) => [name, summary])],
    ['faults', listed.faults.map(({ name, summary }) => [name, summary])],
    ['checks', listed.checks.map(({ name, claim }) => [name, claim])],
    [
      'mutants',
      listed.mutants.map(({ name, breaks, experiment, caughtBy }) => [
        name,
        `${breaks}: run ${experiment} --mutant ${name} (caught by ${caughtBy.join(' or ')})`,
      ]),
    ],
  ]
  const width = Math.max(...blocks.flatMap(([, rows]) => rows.map(([name]) => name.length)))
  return `${blocks.map(([title, rows]) => [title, ...rows.map(([name, about]) => `  ${name.padEnd(width)}  ${about}`)].join('\n')).join('\n\n')}\n`
}

function hypothesisOf(name: string): string {
  const found = findExperiment(name)
  if ('problems' in found) return ''
  const document: unknown = parse(found.text)
  return document !== null && typeof document === 'object' && 'hypothesis' in document ? String(document.hypothesis) : ''
}
