/**
 * What nodes journal, in histories by hand: a stage and its message, as text-history.ts tells; and of people and files
 *
 *   0.1 node-1 beat alice number=1            idle=1, unsure=1; gone alice number=1; minted f1 alice [seq=4], served f1 alice; state f1 clean
 */
import { journalStages, presenceBits } from '../../system/journal-rows.ts'
import { uploadStates } from '../history/codes.ts'
import type { JournalRows } from '../history/history.ts'
import { lookup, type Line, type TextIds } from './text-line.ts'

type JournalCells = Record<'stage' | 'room' | 'seq' | 'count' | 'extra' | 'message', number>
export interface TextJournalRow extends JournalCells {
  atNs: number
  node: number
}

/** The cells of a line of a node. */
export function journalCells(line: Line, ids: TextIds): JournalCells {
  const { verb, words, keys } = line
  const [first = '', second = ''] = words
  const seq = Number(keys['number'] ?? 1)
  const extra = (keys['idle'] === undefined ? 0 : presenceBits.idle) | (keys['unsure'] === undefined ? 0 : presenceBits.unconfirmed)
  const user = { room: -1, seq, extra, message: -1 }
  switch (verb) {
    case 'beat':
      return { stage: journalStages.beatStored, ...user, count: ids.name(first) }
    case 'gone':
      return { stage: journalStages.presenceGone, ...user, count: ids.name(first) }
    case 'minted':
    case 'served': {
      const file = { room: ids.room(ids.home), seq: Number(keys['seq'] ?? -1), count: ids.name(second), message: ids.name(first) }
      return { stage: journalStages.fileServed, ...file, extra: verb === 'served' ? 1 : 0 }
    }
    case 'state':
      return { stage: journalStages.uploadState, room: -1, seq: -1, count: 0, extra: lookup(uploadStates, second), message: ids.name(first) }
    default: {
      // `-`: an entry that is no message.
      const message = first === '-' ? -1 : ids.message(words[0])
      return { stage: lookup(journalStages, verb), room: 0, seq: Number(keys['seq'] ?? -1), count: 1, extra: 0, message }
    }
  }
}

/** Rows in any order. */
export function journalRowsOf(rows: readonly TextJournalRow[]): JournalRows {
  const sorted = rows.toSorted((left, right) => left.atNs - right.atNs)
  const numbers = (name: Exclude<keyof TextJournalRow, 'atNs' | 'stage'>): Int32Array => Int32Array.from(sorted, (row) => row[name])
  return {
    length: sorted.length,
    tNs: Float64Array.from(sorted, (row) => row.atNs),
    boot: new Int32Array(sorted.length).fill(1),
    stage: Uint8Array.from(sorted, (row) => row.stage),
    node: numbers('node'),
    room: numbers('room'),
    seq: numbers('seq'),
    count: numbers('count'),
    extra: numbers('extra'),
    message: numbers('message'),
  }
}
