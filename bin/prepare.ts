/** From words of the command line to an experiment that can run; every problem is a usage error before anything starts. */
import { isAbsolute, relative } from 'node:path'
import { findExperiment } from '../chaos/experiment-files.ts'
import { type Experiment, parseExperiment } from '../chaos/experiment.ts'
import { plan } from '../chaos/plan.ts'
import { type Problem, renderProblem } from '../chaos/problem.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { findScenario, scenarios } from '../scenarios/table.ts'
import { referenceDriver } from '../scenarios/drivers/reference.ts'
import { validateScript } from '../scenarios/engine/validate-script.ts'
import { topologies } from '../system/cluster/topologies/table.ts'
import { linkNames, nodeNames, serverNames, workerNames, type Topology } from '../system/cluster/topologies/topology.ts'
import { mutants } from '../system/mutants/table.ts'
import { ExitWith, usageExit } from './exit-with.ts'
import { wholeNumber } from './whole-number.ts'

export interface Prepared {
  /** As the user named it. */
  named: string
  experiment: Experiment
  scenario: Scenario
  topology: Topology
  seed: number
  mutant: string | null
}

export function prepare(named: string, options: { seed?: string; topology?: string; mutant?: string; set: readonly string[] }): Prepared {
  const seed = options.seed === undefined ? null : wholeNumber('--seed', options.seed, 0, 2 ** 31 - 1)
  if (options.mutant !== undefined && !mutants.some((mutant) => mutant.name === options.mutant))
    throw new ExitWith(usageExit, `--mutant ${options.mutant} is not known; there are ${mutants.map((mutant) => mutant.name).join(', ')}`)
  const topology = options.topology === undefined ? null : topologyNamed(options.topology)
  const source = findExperiment(named)
  if ('problems' in source) throw usage(source.problems)
  const parsed = parseExperiment(
    source.text,
    source.file,
    { scenarios: scenarios.map((scenario) => scenario.name), topologies: topologies.map((candidate) => candidate.name) },
    options.set,
  )
  if ('problems' in parsed) throw usage(parsed.problems)
  const { experiment } = parsed
  const prepared: Prepared = {
    named,
    experiment,
    scenario: resolveScenario(experiment),
    topology: topology ?? topologyNamed(experiment.topology),
    seed: seed ?? experiment.seed,
    mutant: options.mutant ?? null,
  }
  refuseUnknownTargets(prepared)
  return prepared
}

export function topologyNamed(name: string): Topology {
  const topology = topologies.find((candidate) => candidate.name === name)
  if (!topology) throw new ExitWith(usageExit, `topology ${name} is not known; there are ${topologies.map((candidate) => candidate.name).join(', ')}`)
  return topology
}

/** A known scenario, or the user's own script with the population of steady-chat; `load` overrides either. */
function resolveScenario(experiment: Experiment): Scenario {
  const known = findScenario(experiment.scenario)
  const base = known ?? findScenario('steady-chat')
  if (!base) throw new Error('the scenario table has no steady-chat')
  const scenario: Scenario = {
    ...base,
    ...(known ? {} : { name: isAbsolute(experiment.scenario) ? relative('.', experiment.scenario) : experiment.scenario, script: experiment.scenario }),
    ...experiment.load,
  }
  const problems = validateScript(scenario.script, referenceDriver.capabilities)
  if (problems.length > 0)
    throw new ExitWith(usageExit, problems.map((problem) => `${problem.path}:${problem.line}:${problem.column}  ${problem.text}`).join('\n'))
  return scenario
}

/** The plan is made again, by the same rule, once the cluster is up. */
function refuseUnknownTargets({ experiment, scenario, topology, seed }: Prepared): void {
  const cohorts = scenario.cohorts.map((cohort) => cohort.name)
  try {
    plan(experiment, seed, {
      links: linkNames(topology, cohorts, scenario.files),
      nodes: nodeNames(topology),
      workers: workerNames(scenario.files),
      servers: serverNames,
      cohorts,
    })
  } catch (error) {
    throw new ExitWith(usageExit, error instanceof Error ? error.message : String(error))
  }
}

function usage(problems: readonly Problem[]): ExitWith {
  return new ExitWith(
    usageExit,
    `${problems.length === 1 ? 'a problem' : `${problems.length} problems`}, nothing was started:\n${problems.map(renderProblem).join('\n')}`,
  )
}
