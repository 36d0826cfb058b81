/** A history as lines of text: kinds by name, ids resolved, only the columns that a row uses (NDJSON) or all of them (CSV). */
import type { History } from './history.ts'
import { asks, changeKinds, entryKinds, phases, presences, statuses } from './codes.ts'
import { type Kind, kinds } from './kinds.ts'
import type { KindRow } from './kinds/kind-row.ts'
import { holdsName, nameColumnList } from './name-columns.ts'

const columnNames = ['t_ns', 'client', 'session', 'room', 'kind', 'layer', 'message', 'seq', 'rev', 'value'] as const
type ExportRow = Record<(typeof columnNames)[number], string | number | null>

const kindByCode = new Map<number, readonly [Kind, KindRow]>((Object.entries(kinds) as [Kind, KindRow][]).map((entry) => [entry[1].code, entry]))
const codeTables = {
  entryKinds: byCode(entryKinds),
  statuses: byCode(statuses),
  phases: byCode(phases),
  changeKinds: byCode(changeKinds),
  asks: byCode(asks),
  presences: byCode(presences),
}

function byCode(table: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(table).map(([name, code]) => [code, name]))
}

/** Yields chunks of whole lines. `t_ns` is nanoseconds since the start of the run; a message is `client:counter`, or the foreign identity. */
export function* exportHistory(history: History, format: 'ndjson' | 'csv'): Generator<string> {
  if (format === 'csv') yield `${columnNames.join(',')}\n`
  const linesPerChunk = 1000
  let lines: string[] = []
  for (let row = 0; row < history.columns.length; row++) {
    const told = exportRow(history, row)
    lines.push(
      format === 'csv'
        ? columnNames.map((name) => csvCell(told[name])).join(',')
        : JSON.stringify(Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null))),
    )
    if (lines.length < linesPerChunk) continue
    yield `${lines.join('\n')}\n`
    lines = []
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`
}

function exportRow(history: History, row: number): ExportRow {
  const { columns } = history
  const code = columns.kind[row] ?? 0
  const [name, kind] = kindByCode.get(code) ?? [`kind ${code}`, { code, about: '', columns: {} }]
  const used = (value: number | undefined): number | null => (value === undefined || value === -1 ? null : value)
  const told: ExportRow = {
    t_ns: columns.tNs[row] ?? 0,
    client: used(columns.client[row]),
    session: used(columns.session[row]),
    room: history.rooms[columns.room[row] ?? -1] ?? null,
    kind: name,
    layer: kind.columns.layer === undefined ? null : (columns.layer[row] ?? 0),
    message: messageText(history, columns.message[row] ?? -1),
    seq: used(columns.seq[row]),
    rev: used(columns.rev[row]),
    // A hash may be -1, and so only a kind without a value leaves it out.
    value: kind.columns.value === undefined ? null : (columns.value[row] ?? 0),
  }
  for (const column of nameColumnList) if (holdsName(kind, column)) told[column] = history.names[columns[column][row] ?? -1] ?? null
  for (const [table, texts] of Object.entries(codeTables))
    if (kind.columns.value === `${table} code`) told.value = texts.get(columns.value[row] ?? -1) ?? told.value
  return told
}

function messageText(history: History, message: number): string | null {
  if (message === -1) return null
  const { client, counter, foreign } = history.messages
  return client[message] === -1 ? (history.names[foreign[message] ?? -1] ?? null) : `${client[message]}:${counter[message]}`
}

function csvCell(value: string | number | null): string {
  if (value === null) return ''
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
