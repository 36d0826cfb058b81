import { cpus, platform, release, totalmem } from 'node:os'
import type { ClientInfo } from '../reports/history/history.ts'
import type { Manifest } from '../reports/history/manifest.ts'
import type { Driver } from '../scenarios/driver.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { nodeNames, type Topology, workerNames } from '../system/cluster/topologies/topology.ts'
import type { Experiment } from './experiment.ts'

/** What is settled of a run before it starts. */
export interface RunFacts {
  runId: string
  originNs: bigint
  experiment: Experiment
  scenario: Scenario
  topology: Topology
  seed: number
  mutant: string | null
  replay: string
  versions: Readonly<Record<string, string>>
  clients: readonly ClientInfo[]
  quiescenceMs: number
  driver: Driver
}

/** The manifest of a run of which nothing has happened yet. `startedAt`: ISO 8601. */
export function firstManifest(facts: RunFacts, startedAt: string, machine: Manifest['machine']): Manifest {
  const { experiment, scenario, topology } = facts
  return {
    version: 1,
    runId: facts.runId,
    closed: false,
    checksums: false,
    experiment: experimentOf(facts),
    seed: facts.seed,
    mutant: facts.mutant,
    originNs: String(facts.originNs),
    startedAt,
    replay: facts.replay,
    components: [],
    versions: { ...facts.versions },
    machine,
    capabilities: [...facts.driver.capabilities],
    clients: facts.clients.map((client) => ({ ...client, rooms: [...client.rooms] })),
    writers: [],
    nodes: nodeNames(topology).map((name) => ({ name, boots: 1 })),
    workers: workerNames(scenario.files).map((name) => ({ name, boots: 1 })),
    fileAccess: scenario.files ? experiment.files.access : null,
    plannedKills: [],
    phases: [],
    settleMs: experiment.phases.settleMs,
    quiescenceMs: facts.quiescenceMs,
    endedEarly: null,
    problems: [],
    failedSteps: [],
    notPlayed: null,
  }
}

function experimentOf({ experiment, scenario, topology }: RunFacts): Manifest['experiment'] {
  const { name, hypothesis, guarantees, thresholds, phases } = experiment
  return { name, hypothesis, topology: topology.name, scenario: scenario.name, guarantees, thresholds: [...thresholds], phases }
}

export function thisMachine(): Manifest['machine'] {
  return { platform: `${platform()} ${release()}`, cpus: cpus().length, memoryBytes: totalmem(), cpuModel: cpus()[0]?.model ?? 'unknown' }
}
