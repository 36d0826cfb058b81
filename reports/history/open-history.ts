/** Opens the folder of a run: merges what all writers and nodes recorded into one history, and says what is wrong with the record. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { buildHistory } from './build-history.ts'
import { type Damage, damagedFiles } from './checksums.ts'
import type { Columns, History, WriterFile } from './history.ts'
import { readJournals } from './journals.ts'
import { kinds } from './kinds.ts'
import { MergedRows, type WriterDoubts } from './merged-rows.ts'
import { OperationTable, uuidWords } from './operation-table.ts'
import { HistoryError } from './history-error.ts'
import { nanosecondsAt, readNameFile, readRowFile, readTimes } from './reader.ts'
import { recordDefects, withExplanations } from './record-defects.ts'
import { rowBytes } from './row-schema.ts'
import { readManifest, readTrace } from './run-files.ts'
import { identifyStubs } from './stub-identity.ts'
import { placesByTime } from './sort-by-time.ts'
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
  const { columns } = read.rows
  const messages = read.rows.messages.index(columns)
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
  const withRows = writers
    .filter((writer) => present.has(writer + rowEnding))
    .map((writer) => ({ path: join(folder, writer + rowEnding), damage: damageOf(writer + rowEnding) }))
  const { places, tNs, starts } = placesOf(withRows)
  const rows = new MergedRows({ places, tNs }, names, rooms)
  const files: WriterFile[] = []
  const doubts = new Map<string, WriterDoubts>()
  for (const writer of writers) {
    const known = present.has(writer + nameEnding) ? readNameFile(join(folder, writer + nameEnding), { damage: damageOf(writer + nameEnding) }) : null
    if (known !== null) files.push({ name: writer + nameEnding, writer, ...known.end, rows: known.names.length, explained: false })
    if (!present.has(writer + rowEnding)) continue
    const path = join(folder, writer + rowEnding)
    const start = starts[doubts.size] ?? 0
    const into = rows.writer(known?.names ?? [], start)
    const end = readRowFile(path, into.append, { damage: damageOf(writer + rowEnding), reuseBody: true })
    if (start + into.doubts.rows !== (starts[doubts.size + 1] ?? places.length)) throw new HistoryError(`${path} changed while it was read`)
    files.push({ name: writer + rowEnding, writer, ...end, rows: into.doubts.rows, explained: false })
    doubts.set(writer, into.doubts)
  }
  return { rows, files, doubts }
}

/** Reads the times of all writers alone: where each of their rows goes, the times as they come, and the first row of each writer. */
function placesOf(files: readonly { path: string; damage: Damage | null }[]): { places: Uint32Array; tNs: Float64Array; starts: number[] } {
  const capacity = files.reduce((rows, { path }) => rows + Math.floor(statSync(path).size / rowBytes), 0)
  const tNs = new Float64Array(capacity)
  const starts: number[] = []
  let length = 0
  for (const { path, damage } of files) {
    starts.push(length)
    readTimes(
      path,
      (time) => {
        const first = length
        length += time.length / 2
        for (let row = first; row < length; row++) tNs[row] = nanosecondsAt(time, row - first)
      },
      { damage },
    )
  }
  const places = placesByTime(tNs, length, starts) ?? new Uint32Array(length).map((_, row) => row)
  return { places, tNs: tNs.subarray(0, length), starts }
}

/** Which message each operationId stands for: the clientMessageIds that the clients recorded, on retries too. */
function operationsOf(columns: Columns, names: readonly string[]): OperationTable {
  const operations = new OperationTable()
  const { kind, message, value, length } = columns
  const [invoked, attempt] = [kinds.invoked.code, kinds.attempt.code]
  /** By name: 1 once it was taken for a message, since the first of an id keeps it. */
  const isTaken = new Uint8Array(names.length)
  for (let row = 0; row < length; row++) {
    const code = kind[row]
    if (code !== invoked && code !== attempt) continue
    const own = message[row] ?? -1
    if (own === -1 || isTaken[value[row] ?? -1] === 1) continue
    isTaken[value[row] ?? -1] = 1
    const words = uuidWords(names[value[row] ?? -1] ?? '')
    if (words !== null) operations.set(...words, own)
  }
  return operations
}
