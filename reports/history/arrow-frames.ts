/**
 * Frames of an Arrow IPC stream: `ff ff ff ff`, int32 length of the metadata, metadata, body; the end marker is a length of 0.
 * Source: https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
 * Framed here and not by a library, because each library takes a cut at a batch boundary for the end.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type ArrowMessage, type FileShape, parseMessage } from './arrow-message.ts'
import type { Damage } from './checksums.ts'
import type { FileState } from './history.ts'

export interface Frame {
  message: ArrowMessage
  /** From the start of its buffer, so that views of any width are aligned; with `only`, of a batch just that buffer. */
  body: Uint8Array<ArrayBuffer>
  /** Where the frame starts in the file. */
  offset: number
}
/** How reading a file ended. `offset`: the first byte that wasn't used. */
export interface FrameEnd {
  state: FileState
  offset: number
  detail: string | null
}

const headBytes = 8
const metadataLimitBytes = 2 ** 20
const bodyLimitBytes = 2 ** 30

export interface FrameOptions {
  /** Reading ends before it. */
  damage?: Damage | null
  /** Byte at which the first frame to read begins; default 0. */
  from?: number
  /** Each body takes the place of the one before: fresh memory for every batch has to be got and collected. Default false. */
  reuseBody?: boolean
  /** Of a batch only this buffer is read from the disk. Default: all of the body. */
  only?: number
}

/** Yields the whole frames of a file; returns how it ended. Throws only what opening and reading the file throws. */
export function* readFrames(
  path: string,
  shape: FileShape,
  { damage = null, from = 0, reuseBody = false, only }: FrameOptions = {},
): Generator<Frame, FrameEnd> {
  const descriptor = openSync(path, 'r')
  try {
    const size = fstatSync(descriptor).size
    let offset = from
    let body: ArrayBuffer | null = null
    for (;;) {
      const frame = readFrame(descriptor, size, offset, shape, { into: reuseBody ? body : null, only })
      if ('state' in frame) return damage === null ? frame : { state: 'corrupt', ...damage }
      // A frame that reaches into the damage isn't used: its bytes can't be told from sound ones.
      const next = offset + headBytes + frame.metadataBytes + frame.message.bodyBytes
      if (damage !== null && next > damage.offset) return { state: 'corrupt', ...damage }
      body = frame.body.buffer
      yield frame
      offset = next
    }
  } finally {
    closeSync(descriptor)
  }
}

/** `into`: where its body goes, when there is enough room. */
function readFrame(
  descriptor: number,
  size: number,
  offset: number,
  shape: FileShape,
  { into, only }: { into: ArrayBuffer | null; only: number | undefined },
): (Frame & { metadataBytes: number }) | FrameEnd {
  const ended = (state: FileState, detail: string | null, at = offset): FrameEnd => ({ state, offset: at, detail })
  if (offset + headBytes > size) return ended('truncated', size === offset ? 'no end marker' : 'cut inside the head of a frame')
  const head = new DataView(readBytes(descriptor, offset, headBytes).buffer)
  if (head.getInt32(0, true) !== -1) return ended('corrupt', 'no continuation marker')
  const metadataBytes = head.getInt32(4, true)
  const bodyAt = offset + headBytes + metadataBytes
  if (metadataBytes === 0) return bodyAt === size ? ended('closed', null, bodyAt) : ended('trailing', `${size - bodyAt} bytes after the end marker`, bodyAt)
  if (metadataBytes < 0 || metadataBytes > metadataLimitBytes || metadataBytes % 8 !== 0) return ended('corrupt', `metadata of ${metadataBytes} bytes`)
  if (bodyAt > size) return ended('truncated', 'cut inside the metadata of a frame')
  const message = tryParse(readBytes(descriptor, offset + headBytes, metadataBytes), shape)
  if (typeof message === 'string') return ended('corrupt', message)
  const { bodyBytes } = message
  if (!Number.isSafeInteger(bodyBytes) || bodyBytes < 0 || bodyBytes > bodyLimitBytes || bodyBytes % 8 !== 0)
    return ended('corrupt', `body of ${bodyBytes} bytes`)
  if (bodyAt + bodyBytes > size) return ended('truncated', 'cut inside the body of a frame')
  const part = partOf(message, only)
  return { message, body: readBytes(descriptor, bodyAt + part.offset, part.length, into), offset, metadataBytes }
}

/** Where in the body lies what is read of it: as much of that buffer as lies inside. */
function partOf(message: ArrowMessage, only: number | undefined): { offset: number; length: number } {
  if (only === undefined || message.kind !== 'batch') return { offset: 0, length: message.bodyBytes }
  const { offset = -1, length = 0 } = message.buffers[only] ?? {}
  if (offset < 0 || offset > message.bodyBytes) return { offset: 0, length: 0 }
  return { offset, length: Math.max(0, Math.min(length, message.bodyBytes - offset)) }
}

/** The message, or why the metadata is none. */
function tryParse(metadata: Uint8Array, shape: FileShape): ArrowMessage | string {
  try {
    return parseMessage(metadata, shape)
  } catch (error) {
    if (error instanceof RangeError) return `not a message of this file: ${error.message}`
    throw error
  }
}

function readBytes(descriptor: number, position: number, length: number, known: ArrayBuffer | null = null): Uint8Array<ArrayBuffer> {
  const bytes = known !== null && known.byteLength >= length ? new Uint8Array(known, 0, length) : new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)
  let have = 0
  while (have < length) {
    const read = readSync(descriptor, bytes, have, length - have, position + have)
    if (read === 0) throw new Error(`the file got shorter while it was read: ${length - have} bytes are gone at ${position + have}`)
    have += read
  }
  return bytes
}
