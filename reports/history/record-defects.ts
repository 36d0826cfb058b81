/** Why a record can't be trusted: what its files say against what the manifest and the trace say. Pure. */
import { checksumFile, type Damage } from './checksums.ts'
import type { WriterFile } from './history.ts'
import { nodeOfWriter } from './journals.ts'
import type { Manifest } from './manifest.ts'
import type { WriterDoubts } from './merged-rows.ts'
import type { Trace } from './trace.ts'

export interface RecordFacts {
  manifest: Manifest
  trace: Trace | null
  /** By file name from the run's folder; null when the run left no checksums. */
  damage: ReadonlyMap<string, Damage> | null
  /** Both files of each writer; a missing one is absent here. */
  writerFiles: readonly WriterFile[]
  journalFiles: readonly WriterFile[]
  doubts: ReadonlyMap<string, WriterDoubts>
}

export function recordDefects(facts: RecordFacts): string[] {
  const { manifest, trace } = facts
  return [
    ...(manifest.closed ? [] : ['the harness did not finish']),
    ...manifest.problems,
    ...(trace === null ? ['trace.json is missing'] : []),
    ...(facts.damage === null && manifest.checksums ? [`${checksumFile} is missing`] : []),
    ...jsonDefects(facts.damage),
    ...fileDefects([...facts.writerFiles, ...facts.journalFiles]),
    ...writerDefects(facts),
    ...[...facts.doubts].flatMap(([writer, doubts]) => doubtDefects(writer, doubts)),
    ...missingJournals(facts),
  ]
}

/** Whether a killed or crashed process explains that a journal isn't closed. Crashes are judged by their own check. */
function explainsCut(manifest: Manifest, trace: Trace | null, node: string, boot: number): boolean {
  if (manifest.plannedKills.some((kill) => kill.node === node && kill.boot === boot)) return true
  const exit = trace?.nodes.find((candidate) => candidate.name === node)?.exits.find((candidate) => candidate.boot === boot)
  return exit !== undefined && (exit.signal !== null || exit.code !== 0)
}

/** Damage of the run's JSON files; that of writers' files is told as their state. */
function jsonDefects(damage: RecordFacts['damage']): string[] {
  return [...(damage ?? [])].filter(([name]) => name.endsWith('.json')).map(([name, { offset, detail }]) => `${name} is damaged at byte ${offset}: ${detail}`)
}

function fileDefects(files: readonly WriterFile[]): string[] {
  return files
    .filter((file) => file.state !== 'closed' && !file.explained)
    .map((file) => `${file.name} is ${file.state} at byte ${file.offset}: ${file.detail ?? 'no detail'}`)
}

function writerDefects({ manifest, writerFiles }: RecordFacts): string[] {
  const found = new Map(writerFiles.map((file) => [file.name, file]))
  const named = new Set(manifest.writers.map(({ writer }) => writer))
  const counts = manifest.writers.flatMap(({ writer, rows, names }) => [
    { name: `${writer}.rows.arrow`, rows },
    { name: `${writer}.names.arrow`, rows: names },
  ])
  return [
    ...counts.flatMap(({ name, rows }) => {
      const file = found.get(name)
      if (file === undefined) return [`${name} is missing`]
      return file.rows === rows ? [] : [`${name} has ${file.rows} rows, but its writer closed it with ${rows}`]
    }),
    ...[...new Set(writerFiles.map((file) => file.writer))].flatMap((writer) =>
      (['rows', 'names'] as const)
        .map((kind) => `${writer}.${kind}.arrow`)
        .filter((name) => !found.has(name) && !named.has(writer))
        .map((name) => `${name} is missing`),
    ),
    ...(manifest.closed
      ? [...new Set(writerFiles.map((file) => file.writer))]
          .filter((writer) => !named.has(writer))
          .map((writer) => `writer ${writer} was never closed: the manifest doesn't name it`)
      : []),
    ...(writerFiles.length === 0 && manifest.writers.length === 0 ? ['no writer left a file in history/'] : []),
  ]
}

function doubtDefects(writer: string, { badNames, unknownKinds, gap, clockStep }: WriterDoubts): string[] {
  return [
    ...(badNames > 0 ? [`${writer}.rows.arrow names ${badNames} ids that ${writer}.names.arrow doesn't have`] : []),
    ...(unknownKinds > 0 ? [`${writer}.rows.arrow has ${unknownKinds} rows of an unknown kind`] : []),
    ...(gap === null ? [] : [`${writer}.rows.arrow has a gap: ${gap}`]),
    ...(clockStep === null ? [] : [`the clock of ${writer} went back: ${clockStep}`]),
  ]
}

function missingJournals({ manifest, trace, journalFiles }: RecordFacts): string[] {
  const found = new Set(journalFiles.map((file) => file.writer))
  const boots = [...manifest.nodes, ...manifest.workers].flatMap(({ name, boots: count }) =>
    Array.from({ length: count }, (_, index) => ({ node: name, boot: index + 1 })),
  )
  return boots
    .filter(({ node, boot }) => !found.has(`${node}.${boot}`) && !explainsCut(manifest, trace, node, boot))
    .map(({ node, boot }) => `journal ${node}.${boot}.rows is missing`)
}

/** The files with `explained` as the run's facts tell it. */
export function withExplanations(journalFiles: readonly WriterFile[], manifest: Manifest, trace: Trace | null): WriterFile[] {
  return journalFiles.map((file) => {
    const { node, boot } = nodeOfWriter(file.writer)
    return { ...file, explained: file.state === 'truncated' && explainsCut(manifest, trace, node, boot) }
  })
}
