/** The rows of all node journals of a run in one set of columns, by time. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Damage } from './checksums.ts'
import { journalColumns } from './columns.ts'
import type { JournalRows, WriterFile } from './history.ts'
import { type JournalFile, readJournalFile, stageOf } from './journal-file.ts'
import { type OperationTable, uuidOf } from './operation-table.ts'
import { journalStages, uploadStages, userStages } from '../../system/journal-rows.ts'
import { bytesInOrder, numbersInOrder, placesByTime, timesInOrder } from './sort-by-time.ts'
import type { StringTable } from './string-table.ts'

const twoTo32 = 2 ** 32
const usersIn: ReadonlySet<number> = new Set(userStages.map((stage) => journalStages[stage]))
const uploadsIn: ReadonlySet<number> = new Set(uploadStages.map((stage) => journalStages[stage]))

export interface JournalTables {
  nodes: StringTable
  rooms: StringTable
  operations: OperationTable
  /** Of users and uploads. */
  names: StringTable
}

/** Reads `<folder>/<node>.<boot>.rows`. The files' `explained` is false: only the run's facts can tell. */
export function readJournals(
  folder: string,
  tables: JournalTables,
  damage: ReadonlyMap<string, Damage> = new Map(),
): { journals: JournalRows; files: WriterFile[] } {
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.rows'))
        .toSorted()
    : []
  const read = names.map((name) => ({
    name,
    writer: name.slice(0, -'.rows'.length),
    file: readJournalFile(join(folder, name), damage.get(`journals/${name}`)),
  }))
  const journals = journalColumns(read.reduce((rows, { file }) => rows + file.rows.length, 0))
  const starts: number[] = []
  let start = 0
  for (const { writer, file } of read) {
    append(journals, start, writer, file, tables)
    starts.push(start)
    start += file.rows.length
  }
  return {
    journals: sorted(journals, starts),
    files: read.map(({ name, writer, file }) => ({ name, writer, ...file.end, rows: file.rows.length, explained: false })),
  }
}

function append(
  journals: JournalRows,
  start: number,
  writer: string,
  { words, rows, names, node, boot }: JournalFile,
  { nodes, rooms, operations, names: allNames }: JournalTables,
): void {
  const nodeIndex = nodes.idOf(node ?? nodeOfWriter(writer).node)
  const roomOf = new Map([...names].map(([id, name]) => [id, { name, room: -1 }]))
  for (let index = 0; index < rows.length; index++) {
    const at = rows[index] ?? 0
    const row = start + index
    const stage = stageOf(words, at)
    const word = (offset: number): number => words[at + offset] ?? 0
    journals.tNs[row] = word(1) * twoTo32 + (word(0) >>> 0)
    journals.node[row] = nodeIndex
    journals.boot[row] = boot ?? -1
    journals.stage[row] = stage
    const room = roomOf.get(word(3))
    // Only names that a row uses as a room become rooms: a node's own name is in the same table.
    if (room !== undefined && room.room === -1) room.room = rooms.idOf(room.name)
    journals.room[row] = room?.room ?? -1
    journals.seq[row] = word(4)
    journals.count[row] = usersIn.has(stage) ? idIn(allNames, names.get(word(5))) : word(5)
    journals.extra[row] = word(6)
    journals.message[row] = uploadsIn.has(stage) ? allNames.idOf(uuidOf(words, at + 8)) : operations.get(word(8), word(9), word(10), word(11))
  }
}

/** `starts`: the first row of each file. */
function sorted(journals: JournalRows, starts: readonly number[]): JournalRows {
  const places = placesByTime(journals.tNs, journals.length, starts.length === 0 ? [0] : starts)
  if (places === null) return journals
  const numbers = (column: Int32Array): Int32Array => numbersInOrder(column, places)
  return {
    length: journals.length,
    tNs: timesInOrder(journals.tNs, places),
    node: numbers(journals.node),
    boot: numbers(journals.boot),
    stage: bytesInOrder(journals.stage, places),
    room: numbers(journals.room),
    seq: numbers(journals.seq),
    count: numbers(journals.count),
    extra: numbers(journals.extra),
    message: numbers(journals.message),
  }
}

const idIn = (names: StringTable, text: string | undefined): number => (text === undefined ? -1 : names.idOf(text))

/** `node-1.2` is the second boot of node-1. */
export function nodeOfWriter(writer: string): { node: string; boot: number } {
  const dot = writer.lastIndexOf('.')
  return { node: writer.slice(0, dot), boot: Number(writer.slice(dot + 1)) }
}
