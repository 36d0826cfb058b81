/** The data of a run beside its history: manifest.json, plan.json and trace.json. The manifest is written at once and again as facts arrive, so that a killed run can be read. */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FaultRecord } from '../reports/history/history.ts'
import { writeChecksums } from '../reports/history/checksums.ts'
import type { Manifest } from '../reports/history/manifest.ts'
import type { Trace } from '../reports/history/trace.ts'
import type { NodeExit, RunningCluster } from '../system/cluster/cluster.ts'
import { firstManifest, type RunFacts, thisMachine } from './first-manifest.ts'
import type { Step } from './plan.ts'

export interface RunFolderOptions extends RunFacts {
  folder: string
}

export type RunFolder = ReturnType<typeof createRunFolder>

export function createRunFolder({ folder, ...facts }: RunFolderOptions) {
  const manifest = firstManifest(facts, new Date().toISOString(), thisMachine())
  const processes = [...manifest.nodes, ...manifest.workers]
  const trace: Trace = { faults: [], nodes: processes.map((one) => ({ name: one.name, exits: [] })) }
  const save = () => {
    write(folder, 'manifest.json', manifest)
    if (manifest.checksums) writeChecksums(folder)
  }
  const saveTrace = () => {
    write(folder, 'trace.json', trace)
  }
  save()
  saveTrace()
  return {
    ...shortfallsOf(manifest, save),
    components(cluster: RunningCluster): void {
      manifest.components = cluster.components.map(({ name, source, version, standIn }) => ({ name, source, version, standIn }))
      save()
    },
    plan(steps: readonly Step[]): void {
      write(folder, 'plan.json', steps)
    },
    phase(name: string, startMs: number): void {
      manifest.phases.push({ name: name as Manifest['phases'][number]['name'], startMs, endMs: startMs })
      save()
    },
    endPhase(endMs: number): void {
      const last = manifest.phases.at(-1)
      if (last && last.endMs === last.startMs) last.endMs = endMs
      save()
    },
    exit(name: string, exit: NodeExit, atMs: number): void {
      trace.nodes.find((node) => node.name === name)?.exits.push({ atMs, code: exit.code, signal: exit.signal, planned: exit.planned, boot: exit.boot })
      if (exit.planned && exit.signal === 'SIGKILL') manifest.plannedKills.push({ node: name, boot: exit.boot })
      const node = processes.find((candidate) => candidate.name === name)
      if (node) node.boots = Math.max(node.boots, exit.boot)
      saveTrace()
      save()
    },
    faults(records: readonly FaultRecord[]): void {
      trace.faults = records.map((record) => ({ ...record, evidence: [...record.evidence] }))
      saveTrace()
    },
    close(files: readonly { name: string; rows: number }[]): void {
      manifest.writers = pairFiles(files)
      manifest.closed = true
      // What is told after this (a node's late exit) writes the manifest, and with it the sums, anew.
      manifest.checksums = true
      save()
    },
  }
}

/** What the run is less by than it was to be. */
function shortfallsOf(manifest: Manifest, save: () => void) {
  return {
    /** The run ends at its first violation: what it owes only at the end isn't judged. */
    endedEarly(why: string): void {
      manifest.endedEarly = why
      save()
    },
    /** Something that makes the record doubtful; it turns the verdict to unknown. */
    problem(text: string): void {
      manifest.problems.push(text)
      save()
    },
    /** Something that a client could not do: the record is sound, but of less than the script asks for. */
    failedStep(text: string): void {
      manifest.failedSteps.push(text)
      save()
    },
    /** Why the clients did nothing; the run is unknown, whatever was recorded. */
    notPlayed(why: string): void {
      manifest.notPlayed = why
      save()
    },
  }
}

/** A writer leaves `<writer>.rows.arrow` and `<writer>.names.arrow`. */
function pairFiles(files: readonly { name: string; rows: number }[]): Manifest['writers'] {
  const rowsOf = (name: string) => files.find((file) => file.name === name)?.rows ?? 0
  return files
    .filter((file) => file.name.endsWith('.rows.arrow'))
    .map((file) => {
      const writer = file.name.slice(0, -'.rows.arrow'.length)
      return { writer, rows: file.rows, names: rowsOf(`${writer}.names.arrow`) }
    })
}

/** Whole or not at all: a reader never sees half a file. */
function write(folder: string, name: string, value: unknown): void {
  const path = join(folder, name)
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`)
  renameSync(`${path}.new`, path)
}
