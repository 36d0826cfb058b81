/** Appends record batches to an Arrow IPC stream file, synchronously: the schema at creation, the end marker at close. */
import { closeSync, openSync, writevSync } from 'node:fs'
import { type Data, RecordBatch, RecordBatchStreamWriter, type Schema, Struct, makeData } from 'apache-arrow'

/** Collects what one call writes. Subtle: `_write` is a protected member of apache-arrow, hence its exact version in package.json. */
class PartsWriter extends RecordBatchStreamWriter {
  parts: Uint8Array[] = []

  protected override _write(chunk: ArrayBufferView): this {
    if (this._started && chunk.byteLength > 0) this.parts.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    return this
  }
}

export interface ArrowFile {
  /** The arrays of `columns` may be reused as soon as this returns. */
  append(length: number, columns: Data[]): void
  close(): void
}

/** Throws the file system's error (EEXIST when the file is there: no writer appends to another's file). */
export function createArrowFile(path: string, schema: Schema): ArrowFile {
  const descriptor = openSync(path, 'wx')
  const writer = new PartsWriter()
  const struct = new Struct(schema.fields)
  const drain = (): void => {
    writeAll(descriptor, writer.parts)
    writer.parts = []
  }
  writer.reset(undefined, schema)
  drain()
  return {
    append(length, columns) {
      writer.write(new RecordBatch(schema, makeData({ type: struct, length, nullCount: 0, children: columns })))
      drain()
    },
    close() {
      writer.finish()
      drain()
      closeSync(descriptor)
    },
  }
}

/** One writev takes at most 1024 parts, and may write fewer bytes than it was given. */
function writeAll(descriptor: number, parts: readonly Uint8Array[]): void {
  let rest = parts.slice()
  while (rest.length > 0) {
    let written = writevSync(descriptor, rest.slice(0, 1024))
    let whole = 0
    for (let part = rest[0]; part !== undefined && written >= part.byteLength; part = rest[whole]) {
      written -= part.byteLength
      whole++
    }
    rest = rest.slice(whole)
    if (rest[0] !== undefined && written > 0) rest[0] = rest[0].subarray(written)
  }
}
