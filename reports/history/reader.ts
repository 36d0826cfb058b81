/** Reads a writer's two files: whole batches as typed arrays, and how each file ended. */
import { type Frame, type FrameEnd, type FrameOptions, readFrames } from './arrow-frames.ts'
import type { FileShape } from './arrow-message.ts'
import type { Columns } from './history.ts'
import { columnBytes, nameFields, rowFields, schemaText } from './row-schema.ts'

/** Views of one batch, `length` entries each; nothing is copied. Ids are those of the writer. */
export interface RowsRead extends Omit<Columns, 'tNs'> {
  /** int64 as two halves, low before high: 2 x length entries. */
  time: Uint32Array
}

const twoTo32 = 2 ** 32

/** The time of one row. */
export const nanosecondsAt = (time: Uint32Array, row: number): number => ((time[2 * row + 1] ?? 0) | 0) * twoTo32 + (time[2 * row] ?? 0)

class BadBatch extends Error {}

// Each column has a validity buffer (empty here) before its data; text has offsets between them.
const bufferOf = (column: number): number => 2 * column + 1
const rowShape: FileShape = { columns: rowFields.length, buffers: 2 * rowFields.length, text: schemaText(rowFields) }
const nameShape: FileShape = { columns: nameFields.length, buffers: 5, text: schemaText(nameFields) }

/** Calls `each` with every whole batch; with `reuseBody` its views end with the call. A damaged file ends at the damage: it never throws for that. */
export function readRowFile(path: string, each: (rows: RowsRead) => void, options: FrameOptions = {}): FrameEnd {
  return readBatches(path, rowShape, options, (length, region, buffer) => {
    const numbers = (column: number): Int32Array => new Int32Array(buffer, region(bufferOf(column), 4 * length), length)
    const bytes = (column: number): Uint8Array => new Uint8Array(buffer, region(bufferOf(column), length), length)
    const time = new Uint32Array(buffer, region(bufferOf(0), 8 * length), 2 * length)
    each({
      length,
      time,
      client: numbers(1),
      session: numbers(2),
      room: numbers(3),
      kind: bytes(4),
      layer: bytes(5),
      message: numbers(6),
      seq: numbers(7),
      rev: numbers(8),
      value: numbers(9),
    })
  })
}

/** Calls `each` with the times of the very batches that `readRowFile` would give, and reads nothing else of them. The views end with the call. */
export function readTimes(path: string, each: (time: Uint32Array) => void, options: FrameOptions = {}): FrameEnd {
  return readBatches(path, rowShape, { ...options, reuseBody: true, only: bufferOf(0) }, (length, region, buffer) => {
    for (const [column, bytes] of columnBytes.entries()) region(bufferOf(column), bytes * length)
    each(new Uint32Array(buffer, 0, 2 * length))
  })
}

/** The names of a writer by id. `known`: those that lie before `from`; the new ones are added to it. */
export function readNameFile(path: string, options: FrameOptions & { known?: string[] } = {}): { names: string[]; end: FrameEnd } {
  const names = options.known ?? []
  const end = readBatches(path, nameShape, options, (length, region, buffer) => {
    const ids = new Int32Array(buffer, region(1, 4 * length), length)
    const offsets = new Int32Array(buffer, region(3, 4 * (length + 1)), length + 1)
    const textBytes = offsets[length] ?? 0
    const text = Buffer.from(buffer, region(4, textBytes), textBytes)
    const batch = Array.from(ids, (id, index) => {
      if (id !== names.length + index) throw new BadBatch(`name ${names.length + index} has id ${id}`)
      const [start = 0, stop = 0] = [offsets[index], offsets[index + 1]]
      if (start < 0 || stop < start || stop > textBytes) throw new BadBatch(`name ${id} lies outside of its batch`)
      return text.toString('utf8', start, stop)
    })
    for (const name of batch) names.push(name)
  })
  return { names, end }
}

/** Where a buffer of the batch lies in its body; throws BadBatch unless it holds that many bytes. */
type Region = (buffer: number, bytes: number) => number

function readBatches(path: string, shape: FileShape, options: FrameOptions, each: (length: number, region: Region, buffer: ArrayBuffer) => void): FrameEnd {
  const frames = readFrames(path, shape, options)
  let schemaSeen = (options.from ?? 0) > 0
  for (;;) {
    const next = frames.next()
    if (next.done === true) return next.value.state === 'closed' && !schemaSeen ? { state: 'corrupt', offset: 0, detail: 'no schema' } : next.value
    const { message, body, offset } = next.value
    try {
      if (schemaSeen && message.kind === 'batch') each(message.length, regionsOf(next.value), body.buffer)
      else if (schemaSeen || message.kind === 'batch') throw new BadBatch(schemaSeen ? 'a second schema' : 'the first frame is not a schema')
      else if (message.columns !== shape.text) throw new BadBatch(`the columns are '${message.columns}', not '${shape.text}'`)
      schemaSeen = true
    } catch (error) {
      if (!(error instanceof BadBatch)) throw error
      return frames.return({ state: 'corrupt', offset, detail: error.message }).value as FrameEnd
    }
  }
}

function regionsOf({ message }: Frame): Region {
  const buffers = message.kind === 'batch' ? message.buffers : []
  return (buffer, bytes) => {
    const region = buffers[buffer]
    const sound =
      region !== undefined &&
      bytes >= 0 &&
      region.offset >= 0 &&
      region.offset % 8 === 0 &&
      region.length >= bytes &&
      region.offset + bytes <= message.bodyBytes
    if (!sound) throw new BadBatch(`buffer ${buffer} of a batch lies outside of it`)
    return region.offset
  }
}
