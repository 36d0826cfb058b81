/**
 * One run: components, links, nodes and balancer come up; Artillery's clients walk through the phases while the plan
 * breaks things; everything is healed, settled and audited; the folder that is left holds all that a verdict needs.
 */
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createHistoryWriter } from '../reports/history/writer.ts'
import { watchHistory } from '../reports/online/watch.ts'
import type { ClientInfo } from '../reports/history/history.ts'
import { runArtillery } from '../scenarios/artillery.ts'
import { assignClients, type PlannedClient } from '../scenarios/assignments.ts'
import type { ClientAssignment } from '../scenarios/control-messages.ts'
import { ClientsNotConnected, type ControlServer, startControlServer } from '../scenarios/control-server.ts'
import { referenceDriver } from '../scenarios/drivers/reference.ts'
import { type Scenario, scriptVariables } from '../scenarios/scenario.ts'
import type { RunningCluster } from '../system/cluster/cluster.ts'
import { createProcessRuntime } from '../system/cluster/process-runtime.ts'
import { startCluster } from '../system/cluster/start-cluster.ts'
import type { Topology } from '../system/cluster/topologies/topology.ts'
import type { FoundComponents } from '../system/components/component.ts'
import { unlessAborted } from './abortable.ts'
import { audit } from './audit.ts'
import type { Experiment } from './experiment.ts'
import { recordNodes } from './node-rows.ts'
import { plan, proxiedLinks } from './plan.ts'
import { recordResidue } from './residue.ts'
import { createRunFolder, type RunFolder } from './run-folder.ts'
import { runSchedule } from './schedule.ts'
import { quiescenceMs, Timeline } from './timeline.ts'
import { walkPhases } from './walk-phases.ts'

/** From the start of Artillery until every client is connected and has joined. */
const arrivalDeadlineMs = 60_000
const closeDeadlineMs = 15_000
const liveIntervalMs = 250

export interface LiveState {
  phase: string
  elapsedMs: number
  clients: number
  activeFaults: readonly string[]
  progress: ReturnType<ControlServer['progress']>
}
export interface RunReporter {
  /** One step done, or one thing that the user should know. */
  line: (text: string) => void
  live: (state: LiveState) => void
}

export interface RunRequest {
  experiment: Experiment
  scenario: Scenario
  topology: Topology
  seed: number
  mutant: string | null
  folder: string
  found: FoundComponents
  proxyAll: boolean
  /** End the run at the first violation that its rows show. */
  failFast: boolean
  /** The command that repeats this run. */
  replay: string
  versions: Readonly<Record<string, string>>
  reporter: RunReporter
  /** Aborted by Ctrl-C: the run ends in order and rejects with the signal's reason. */
  signal: AbortSignal
}

export async function run(request: RunRequest): Promise<void> {
  const { experiment, scenario, topology, seed, folder, signal, reporter } = request
  const originNs = process.hrtime.bigint()
  const nowNs = () => Number(process.hrtime.bigint() - originNs)
  const runId = `sd-${randomBytes(4).toString('hex')}`
  await mkdir(join(folder, 'history'), { recursive: true })
  await mkdir(join(folder, 'logs'), { recursive: true })
  const clients = assignClients(scenario, seed)
  const cohorts = [...new Set(clients.map((client) => client.cohort))]
  const record = createRunFolder({ ...request, runId, originNs, clients: clients.map(clientInfo), quiescenceMs, driver: referenceDriver })

  await using stack = new AsyncDisposableStack()
  const writer = createHistoryWriter({ folder: join(folder, 'history'), writer: 'run', originNs })
  stack.defer(() => {
    writer.close()
  })
  const runtime = stack.use(await createProcessRuntime({ logFolder: join(folder, 'logs'), runId }))
  const cluster = stack.use(
    await startCluster({
      topology,
      files: scenario.files ? experiment.files : null,
      runtime,
      found: request.found,
      folder,
      runId,
      cohorts,
      originNs,
      mutant: request.mutant,
      proxied: request.proxyAll ? ['*'] : proxiedLinks(experiment),
      secret: randomBytes(32).toString('hex'),
      events: recordNodes({ writer, nowNs, record, line: reporter.line }),
    }),
  )
  signal.throwIfAborted()
  record.components(cluster)
  const steps = plan(experiment, seed, {
    links: cluster.links.map((link) => link.name),
    nodes: cluster.nodes.map((node) => node.name),
    workers: cluster.workers.map((worker) => worker.name),
    servers: cluster.servers.map((server) => server.name),
    cohorts,
  })
  record.plan(steps)

  const assignments = await assignmentsOf(clients, cluster, topology)
  const control = stack.use(
    await startControlServer({ originNs, historyFolder: join(folder, 'history'), driver: referenceDriver.name, mutant: request.mutant, seed, assignments }),
  )
  const residue = (when: 'before' | 'after') =>
    recordResidue({ cluster, writer, nowNs, folder, runId }, when).catch((error: unknown) => {
      record.problem(`what there was ${when} the clients: ${error instanceof Error ? error.message : String(error)}`)
    })
  await residue('before')
  const artillery = stack.use(
    await runArtillery({
      script: scenario.script,
      runtime,
      targetUrl: cluster.entrance(cohorts[0] ?? 'office').href,
      clients: clients.length,
      controlPath: control.path,
      folder,
      variables: scriptVariables(scenario),
      watchdogMs: watchdogMs(experiment),
    }),
  )
  try {
    await unlessAborted(control.allArrived(arrivalDeadlineMs), signal)
  } catch (error) {
    if (!(error instanceof ClientsNotConnected)) throw error
    // No fault of the harness: the system under test let nobody in, and there is nothing to be judged.
    record.notPlayed(error.message)
    return
  }

  const watch = request.failFast ? stack.use(watchHistory(join(folder, 'history'), clients.map(clientInfo))) : null
  const walking = watch === null ? signal : AbortSignal.any([signal, watch.signal])
  const timeline = new Timeline({ record, writer, control, nowNs, originNs, signal: walking, line: reporter.line })
  const schedule = stack.use(
    runSchedule(steps, {
      surroundings: cluster,
      nowMs: () => nowNs() / 1e6,
      acked: (count, room) => control.acked(count, room, scheduleDeadlineMs(experiment)),
      signal: walking,
      ...timeline.faultEvents(),
    }),
  )
  using live = showLive(timeline, control, clients.length, reporter)
  await walkPhases({ timeline, schedule, control, cluster, record, phases: experiment.phases, signal: walking, line: reporter.line })
  await unlessAborted(control.allClosed(closeDeadlineMs), signal)
  const ended = await artillery.exited
  live[Symbol.dispose]()
  if (ended.code !== 0) record.problem(`Artillery ended with ${ended.signal ?? `code ${ended.code}`}`)
  recordProblems(control, clients, record)

  timeline.begin('audit')
  const summary = await audit({
    cluster,
    writer,
    nowNs,
    rooms: [...new Set(clients.flatMap((client) => client.rooms))],
    // Of somebody's devices the first is the one that talks.
    clientOfUser: new Map(clients.toReversed().map((client) => [client.user, client.number])),
    cohort: cohorts[0] ?? 'office',
  })
  for (const problem of summary.problems) record.problem(`audit: ${problem}`)
  for (const step of summary.failedSteps) record.failedStep(`audit: ${step}`)
  await residue('after')
  timeline.close()
  reporter.line(`audit       ${summary.messages} messages in ${summary.entries} entries read from the store, by sync and by history`)
  await Promise.all([...cluster.nodes, ...cluster.workers].filter((node) => node.pid !== null).map((node) => node.drain()))
  record.close([...control.closedFiles, ...writer.close()])
}

/** What each client needs to connect, on either of its devices. */
function assignmentsOf(clients: readonly PlannedClient[], cluster: RunningCluster, { route }: Topology): Promise<ClientAssignment[]> {
  return Promise.all(
    clients.map(async (client) => {
      const { user, device, cohort } = client
      const otherDevice = `${device}-b`
      return {
        ...client,
        token: await cluster.mintToken(user, device),
        url: cluster.entrance(cohort).href,
        route,
        otherDevice: { device: otherDevice, token: await cluster.mintToken(user, otherDevice) },
        visits: await visitsOf(cluster, client),
      }
    }),
  )
}

/** Long enough for a client to come in with it once the load begins, and short enough for the run to see its end. */
const visitSeconds = 12

async function visitsOf({ mintToken }: Pick<RunningCluster, 'mintToken'>, { user, device }: PlannedClient): Promise<NonNullable<ClientAssignment['visits']>> {
  const [past, soon] = [`${device}-expired`, `${device}-expiring`]
  return {
    expired: { device: past, token: await mintToken(user, past, -60) },
    expiring: { device: soon, token: await mintToken(user, soon, visitSeconds), expiresAtMs: Date.now() + visitSeconds * 1000 },
  }
}

/** What a client could not do is no doubt about the record, as what went wrong with a worker is. */
function recordProblems({ problems }: ControlServer, clients: readonly ClientInfo[], record: RunFolder): void {
  for (const { worker, client, text } of problems)
    if (client === null) record.problem(`${worker}: ${text}`)
    else record.failedStep(`${clients.find(({ number }) => number === client)?.user ?? `client ${client}`}: ${text}`)
}

function clientInfo(client: ClientInfo): ClientInfo {
  const { number, user, device, cohort, role, rooms } = client
  return { number, user, device, cohort, role, rooms }
}

function showLive(timeline: Timeline, control: ControlServer, clients: number, reporter: RunReporter): Disposable {
  const began = performance.now()
  const timer = setInterval(() => {
    reporter.live({
      phase: timeline.current.name,
      elapsedMs: performance.now() - began,
      clients,
      activeFaults: [...timeline.activeFaults],
      progress: control.progress(),
    })
  }, liveIntervalMs)
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer)
    },
  }
}

/** By then Artillery has come to its end, or never will. */
function watchdogMs({ phases: { warmupMs, steadyMs, impactMs, recoveryMs, settleMs } }: Experiment): number {
  return arrivalDeadlineMs + warmupMs + steadyMs + impactMs + recoveryMs + settleMs + closeDeadlineMs
}

/** Past impact no event can trigger a fault any more. */
function scheduleDeadlineMs({ phases: { warmupMs, steadyMs, impactMs } }: Experiment): number {
  return warmupMs + steadyMs + impactMs
}
