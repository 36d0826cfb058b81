/** Writes a history that was made in memory as the folder of a closed run, with two load workers, for tests and benchmarks. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { journalStages } from '../../system/journal-rows.ts'
import { writeChecksums } from './checksums.ts'
import type { History } from './history.ts'
import { kinds, messagesPerClient } from './kinds.ts'
import type { KindRow } from './kinds/kind-row.ts'
import { nameColumnList, holdsName } from './name-columns.ts'
import { journalBytes, smallManifest, writeJournal, writeRun } from './test-run.ts'
import { createHistoryWriter, type HistoryWriter } from './writer.ts'

const kindByCode = new Map<number, KindRow>(Object.values(kinds).map((kind) => [kind.code, kind]))

/** `folder` must be absent or empty. Rows of a client go to one of the workers, all others to `run`. */
export function writeHistoryAsRun(folder: string, history: History, workers = 2): void {
  const open = (writer: string): HistoryWriter => createHistoryWriter({ folder: join(folder, 'history'), writer, originNs: 1n })
  const load = Array.from({ length: workers }, (_, worker) => open(`load-${worker + 1}`))
  const run = open('run')
  for (let row = 0; row < history.columns.length; row++) writeRow(writerOf(history, row, load) ?? run, history, row)
  const writers = [...load, run].map((writer) => {
    const [rows, names] = writer.close()
    return { writer: rows?.name.replace('.rows.arrow', '') ?? '', rows: rows?.rows ?? 0, names: names?.rows ?? 0 }
  })
  for (const node of history.nodes.keys()) writeNodeJournal(folder, history, node)
  const manifest = smallManifest({
    checksums: true,
    writers,
    clients: history.clients.map((client) => ({ ...client, rooms: [...client.rooms] })),
    nodes: history.nodes.map((name) => ({ name, boots: 1 })),
    phases: [...history.phases],
    settleMs: history.settleMs,
    quiescenceMs: history.quiescenceMs,
    capabilities: [...history.capabilities],
  })
  mkdirSync(folder, { recursive: true })
  writeRun(folder, manifest)
  writeFileSync(join(folder, 'plan.json'), '[]')
  writeChecksums(folder)
}

/** What the audit and the run tell belongs to the run, also where it names a client. */
function writerOf({ columns }: History, row: number, load: readonly HistoryWriter[]): HistoryWriter | undefined {
  const [client, kind] = [columns.client[row] ?? -1, columns.kind[row] ?? 0]
  const isRun = client === -1 || (kind >= kinds.phase.code && kind < kinds.changeInvoked.code)
  return isRun ? undefined : load[client % load.length]
}

function writeRow(writer: HistoryWriter, history: History, row: number): void {
  const { columns, names, messages } = history
  const kind = kindByCode.get(columns.kind[row] ?? 0)
  const cell = { session: columns.session[row] ?? -1, seq: columns.seq[row] ?? -1, rev: columns.rev[row] ?? -1, value: columns.value[row] ?? -1 }
  for (const column of nameColumnList) {
    const name = names[cell[column]]
    if (kind !== undefined && holdsName(kind, column) && name !== undefined) cell[column] = writer.name(name)
  }
  if (kind === kinds.writerCount) cell.value = writer.rows + 1
  const own = columns.message[row] ?? -1
  const room = history.rooms[columns.room[row] ?? -1]
  writer.row(
    columns.tNs[row] ?? 0,
    columns.client[row] ?? -1,
    cell.session,
    room === undefined ? -1 : writer.name(room),
    columns.kind[row] ?? 0,
    columns.layer[row] ?? 0,
    own < 0 ? -1 : (messages.client[own] ?? 0) * messagesPerClient + (messages.counter[own] ?? 0),
    cell.seq,
    cell.rev,
    cell.value,
  )
}

function writeNodeJournal(folder: string, { journals, rooms, nodes }: History, node: number): void {
  const stages = Object.entries(journalStages) as [keyof typeof journalStages, number][]
  const named = rooms.map((text, room) => ({ stage: 'name' as const, tNs: 0, extra: room + 1, text }))
  const lines = Array.from({ length: journals.length }, (_, row) => row)
    .filter((row) => journals.node[row] === node)
    .map((row) => ({
      stage: stages.find(([, code]) => code === journals.stage[row])?.[0] ?? ('received' as const),
      tNs: journals.tNs[row] ?? 0,
      room: (journals.room[row] ?? -1) === -1 ? -1 : (journals.room[row] ?? 0) + 1,
      seq: journals.seq[row] ?? -1,
      count: journals.count[row] ?? 0,
    }))
  writeJournal(folder, `${nodes[node]}.1.rows`, journalBytes(nodes[node] ?? '', 1, [...named, ...lines]))
}
