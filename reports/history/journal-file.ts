/** One node journal (layout: system/journal-rows.ts). */
import { readFileSync } from 'node:fs'
import { journalRowBytes, journalStages, journalVersion } from '../../system/journal-rows.ts'
import type { FrameEnd } from './arrow-frames.ts'
import type { Damage } from './checksums.ts'

const rowWords = journalRowBytes / 4
const lastStage = Math.max(...Object.values(journalStages))

export interface JournalFile {
  /** The file as words; a row begins at `rowWords * row`. */
  words: Int32Array
  /** Places of the rows that tell of work (neither names nor the header), in words. */
  rows: number[]
  names: ReadonlyMap<number, string>
  /** From the header; null when the file has none. */
  node: string | null
  boot: number | null
  end: FrameEnd
}

export const stageOf = (words: Int32Array, at: number): number => (words[at + 2] ?? 0) & 255

/** Never throws for what is in the file: reading ends at the damage. */
export function readJournalFile(path: string, damage: Damage | null = null): JournalFile {
  const all = readFileSync(path)
  const bytes = damage === null ? all : all.subarray(0, damage.offset)
  const file = parseJournal(bytes)
  return damage === null ? file : { ...file, end: { state: 'corrupt', ...damage } }
}

function parseJournal(bytes: Buffer): JournalFile {
  const whole = Math.floor(bytes.length / journalRowBytes)
  const words = new Int32Array(new Uint8Array(bytes.subarray(0, whole * journalRowBytes)).buffer)
  const names = new Map<number, string>()
  const file: JournalFile = { words, rows: [], names, node: null, boot: null, end: { state: 'closed', offset: bytes.length, detail: null } }
  const ended = (state: FrameEnd['state'], row: number, detail: string): JournalFile => ({ ...file, end: { state, offset: row * journalRowBytes, detail } })
  let closed = false
  for (let row = 0; row < whole; row++) {
    const at = row * rowWords
    const stage = stageOf(words, at)
    const room = words[at + 3] ?? -1
    if (stage > lastStage) return ended('corrupt', row, `stage ${stage}`)
    if (closed) return ended('trailing', row, 'rows after the closing one')
    if (stage === journalStages.name) {
      const length = words[at + 5] ?? -1
      const textRows = Math.ceil(length / journalRowBytes)
      if (length < 0 || length > 65_536) return ended('corrupt', row, `a name of ${length} bytes`)
      if (row + 1 + textRows > whole) return ended('truncated', row, 'cut inside a name')
      names.set(words[at + 6] ?? -1, bytes.toString('utf8', (row + 1) * journalRowBytes, (row + 1) * journalRowBytes + length))
      row += textRows
    } else if (stage === journalStages.header) {
      if (words[at + 5] !== journalVersion) return ended('corrupt', row, `version ${words[at + 5]}, not ${journalVersion}`)
      file.node = names.get(room) ?? null
      file.boot = words[at + 4] ?? null
    } else if (file.boot === null) return ended('corrupt', row, 'no header')
    else if (room !== -1 && !names.has(room)) return ended('corrupt', row, `room ${room} has no name`)
    else {
      closed = stage === journalStages.closed
      file.rows.push(at)
    }
  }
  if (whole * journalRowBytes !== bytes.length) return ended(closed ? 'trailing' : 'truncated', whole, 'cut inside a row')
  return closed ? file : ended('truncated', whole, 'no closing row')
}
