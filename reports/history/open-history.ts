/** Opens the folder of a run: merges what all writers and nodes recorded into one history, and says what is wrong with the record. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { buildHistory } from './build-history.ts'
import { type Damage, damagedFiles } from './checksums.ts'
import type { Columns, History, WriterFile } from './history.ts'
import { readJournals } from './journals.ts'
import { kinds } from './kinds.ts'
import { indexMessages } from './message-index.ts'
import { MergedRows, type WriterDoubts } from './merged-rows.ts'
import { OperationTable, uuidWords } from './operation-table.ts'
import { readNameFile, readRowFile } from './reader.ts'
import { recordDefects, withExplanations } from './record-defects.ts'
import { rowBytes } from './row-schema.ts'
import { readManifest, readTrace } from './run-files.ts'
import { identifyStubs } from './stub-identity.ts'
import { StringTable } from './string-table.ts'

const rowEnding = '.rows.arrow'
const nameEnding = '.names.arrow'

/** Reads what is there: damage becomes `defects`. Throws a HistoryError when the folder is not one of a run, or its manifest or trace is malformed. */
export function openHistory(folder: string): History {
  const manifest = readManifest(folder)
  const trace = readTrace(folder)
  const damage = damagedFiles(folder)
  const names = new StringTable()
  const rooms = new StringTable()
  const nodes = new StringTable()
  for (const one of [...manifest.nodes, ...manifest.workers]) nodes.idOf(one.name)
  for (const client of manifest.clients) for (const room of client.rooms) rooms.idOf(room)

  const read = readWriters(join(folder, 'history'), damage, names, rooms)
  const messages = indexMessages(read.rows.columns)
  const columns = read.rows.sorted()
  const operations = operationsOf(columns, names.list)
  identifyStubs(columns, messages, operations, names.list)
  const { journals, files: journalsRead } = readJournals(join(folder, 'journals'), { nodes, rooms, operations, names }, damage ?? undefined)
  const journalFiles = withExplanations(journalsRead, manifest, trace)
  return buildHistory({
    folder,
    columns,
    names: names.list,
    rooms: rooms.list,
    nodes: nodes.list,
    workers: manifest.workers.map(({ name }) => name),
    messages,
    journals,
    clients: manifest.clients,
    files: [...read.files, ...journalFiles],
    defects: recordDefects({ manifest, trace, damage, writerFiles: read.files, journalFiles, doubts: read.doubts }),
    phases: manifest.phases,
    faults: trace?.faults ?? [],
    failedSteps: manifest.failedSteps,
    ...(manifest.fileAccess === null ? {} : { fileAccess: manifest.fileAccess }),
    ...(manifest.endedEarly === null ? {} : { endedEarly: manifest.endedEarly }),
    settleMs: manifest.settleMs,
    quiescenceMs: manifest.quiescenceMs,
    capabilities: manifest.capabilities,
  })
}

/** Every writer that left a file, in order of name. */
function readWriters(
  folder: string,
  damage: ReadonlyMap<string, Damage> | null,
  names: StringTable,
  rooms: StringTable,
): { rows: MergedRows; files: WriterFile[]; doubts: Map<string, WriterDoubts> } {
  const damageOf = (name: string): Damage | null => damage?.get(`history/${name}`) ?? null
  const present = new Set(existsSync(folder) ? readdirSync(folder) : [])
  const writers = [
    ...new Set([...present].filter((name) => name.endsWith(rowEnding) || name.endsWith(nameEnding)).map((name) => name.replace(/\.(rows|names)\.arrow$/, ''))),
  ].toSorted()
  const capacity = writers.reduce(
    (rows, writer) => rows + (present.has(writer + rowEnding) ? Math.floor(statSync(join(folder, writer + rowEnding)).size / rowBytes) : 0),
    0,
  )
  const rows = new MergedRows(capacity, names, rooms)
  const files: WriterFile[] = []
  const doubts = new Map<string, WriterDoubts>()
  for (const writer of writers) {
    const known = present.has(writer + nameEnding) ? readNameFile(join(folder, writer + nameEnding), { damage: damageOf(writer + nameEnding) }) : null
    if (known !== null) files.push({ name: writer + nameEnding, writer, ...known.end, rows: known.names.length, explained: false })
    if (!present.has(writer + rowEnding)) continue
    const into = rows.writer(known?.names ?? [])
    const end = readRowFile(join(folder, writer + rowEnding), into.append, { damage: damageOf(writer + rowEnding), reuseBody: true })
    files.push({ name: writer + rowEnding, writer, ...end, rows: into.doubts.rows, explained: false })
    doubts.set(writer, into.doubts)
  }
  return { rows, files, doubts }
}

/** Which message each operationId stands for: the clientMessageIds that the clients recorded, on retries too. */
function operationsOf(columns: Columns, names: readonly string[]): OperationTable {
  const operations = new OperationTable()
  const { kind, message, value, length } = columns
  const [invoked, attempt] = [kinds.invoked.code, kinds.attempt.code]
  for (let row = 0; row < length; row++) {
    const code = kind[row]
    const own = message[row] ?? -1
    if ((code !== invoked && code !== attempt) || own === -1) continue
    const words = uuidWords(names[value[row] ?? -1] ?? '')
    if (words !== null) operations.set(...words, own)
  }
  return operations
}
