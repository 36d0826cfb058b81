/** The two Arrow schemas of a writer: rows, and the names that its rows point to. Flat, not nullable, no dictionaries. */
import { Field, Int32, Int64, Schema, Uint8, Utf8 } from 'apache-arrow'
import { historyVersion } from './kinds.ts'

export const rowColumns = ['t_ns', 'client', 'session', 'room', 'kind', 'layer', 'message', 'seq', 'rev', 'value'] as const

function rowField(name: (typeof rowColumns)[number]): Field {
  if (name === 't_ns') return new Field(name, new Int64(), false)
  return new Field(name, name === 'kind' || name === 'layer' ? new Uint8() : new Int32(), false)
}

export const rowFields = rowColumns.map(rowField)
export const nameFields = [new Field('id', new Int32(), false), new Field('value', new Utf8(), false)]

/** Bytes of an entry, by column. */
export const columnBytes = rowColumns.map((name) => (name === 't_ns' ? 8 : name === 'kind' || name === 'layer' ? 1 : 4))

/** Bytes of one row, validity and padding apart. */
export const rowBytes = 38

export function schemaOf(fields: Field[], about: Readonly<Record<string, string>>): Schema {
  return new Schema(fields, new Map(Object.entries({ history_version: String(historyVersion), ...about })))
}

/** For comparing: `t_ns Int64, client Int32, ...`. */
export function schemaText(fields: readonly Field[]): string {
  return fields.map((field) => `${field.name} ${String(field.type)}${field.nullable ? ' or null' : ''}`).join(', ')
}
