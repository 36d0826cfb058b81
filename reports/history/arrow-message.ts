/**
 * The metadata of a frame, as much of it as our files use: the schema's columns, and where a batch's buffers lie in its body.
 * Source: https://github.com/apache/arrow/tree/main/format, Message.fbs and Schema.fbs
 */
import { FlatTable } from './flat-table.ts'

const headerTypes = { schema: 1, batch: 3 }
const columnTypes = { integer: 2, text: 5 }

export type ArrowMessage = { bodyBytes: number } & (
  | { kind: 'schema'; columns: string }
  | { kind: 'batch'; length: number; buffers: readonly { offset: number; length: number }[] }
)

/** Shape that a file must have: `text` as `columnsText` gives it. */
export interface FileShape {
  columns: number
  buffers: number
  text: string
}

/** Throws a RangeError for metadata that isn't of this shape. */
export function parseMessage(metadata: Uint8Array, shape: FileShape): ArrowMessage {
  const root = FlatTable.root(metadata)
  const bodyBytes = root.int64(3)
  const header = root.table(2)
  if (root.byte(1) === headerTypes.schema) return { bodyBytes, kind: 'schema', columns: header.tables(1, shape.columns).map(columnText).join(', ') }
  if (root.byte(1) !== headerTypes.batch) throw new RangeError(`a message of type ${root.byte(1)}`)
  if (header.has(3)) throw new RangeError('a compressed batch')
  const length = header.int64(0)
  if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`a batch of ${length} rows`)
  if (header.pairs(1, shape.columns).some(([entries, nulls]) => entries !== length || nulls !== 0)) throw new RangeError('columns of unlike lengths')
  return { bodyBytes, kind: 'batch', length, buffers: header.pairs(2, shape.buffers).map(([offset, bytes]) => ({ offset, length: bytes })) }
}

function columnText(field: FlatTable): string {
  const type = field.byte(2)
  const nullable = field.byte(1) === 1 ? ' or null' : ''
  if (type === columnTypes.text) return `${field.text(0)} Utf8${nullable}`
  if (type !== columnTypes.integer) throw new RangeError(`a column of type ${type}`)
  return `${field.text(0)} ${field.table(3).byte(1) === 1 ? 'Int' : 'Uint'}${field.table(3).int32(0)}${nullable}`
}
