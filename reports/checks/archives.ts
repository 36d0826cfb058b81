/** What the archives hold, by seq: the latest revision of each message, as the audit read it from the object store. */
import type { History } from '../history/history.ts'
import { archiveStates, recordBits } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf, type Audit } from './audit.ts'
import { foldedOf } from './folded.ts'
import { once } from './once.ts'
import { operationsOf } from './operations.ts'

export interface Lack {
  isAbsent: boolean
  rows: readonly number[]
  text: string
}
export interface Archives {
  archives: number
  /** `archiveRead` rows of objects that are missing or not what was stored. */
  damaged: readonly number[]
  /** Why the reader of the archive can't be believed: it names another message than the store at a seq. Null when it agrees. */
  doubt: string | null
  /** What the archive lacks of the message at that seq; null when it is there and whole. */
  lackAt(room: number, seq: number): Lack | null
}

export const archivesOf = once((history: History): Archives => {
  const audit = auditOf(history)
  const { room, seq, rev, layer } = history.columns
  const { base, capacity } = audit
  /** By cell: the `archived` row with the highest rev, -1 when none. */
  const rowAt = new Int32Array(audit.storedAt.length).fill(-1)
  let doubt: string | null = null
  for (const row of history.rowsOf('archived')) {
    const [inRoom, at] = [room[row] ?? 0, seq[row] ?? 0]
    const isThere = at > 0 && at < (capacity[inRoom] ?? 0)
    const cell = (base[inRoom] ?? 0) + at
    if (!isThere || isOther(history, audit, cell, row)) {
      doubt ??= `readers of the audit disagree: ${history.rooms[inRoom]} seq ${at} is not the same message in the store and in the archive`
      continue
    }
    const known = rowAt[cell] ?? -1
    if (known === -1 || (rev[known] ?? 0) < (rev[row] ?? 0)) rowAt[cell] = row
  }
  const seen = seenAt(history, audit)
  const reads = history.rowsOf('archiveRead')
  return {
    archives: reads.length,
    damaged: [...reads].filter((row) => layer[row] !== archiveStates.whole),
    doubt,
    lackAt: (inRoom, at) => lackOf(history, audit, { rowAt, seen }, (base[inRoom] ?? 0) + at),
  }
})

/** A stub carries no identity of its own but its clientMessageId, which may be that of nobody in the run. */
function isOther({ columns: { message, layer } }: History, { storedAt }: Audit, cell: number, row: number): boolean {
  const isStub = ((layer[row] ?? 0) & recordBits.stub) !== 0
  return (storedAt[cell] ?? -1) < 0 || (!isStub && storedAt[cell] !== message[row])
}

/** By cell of an entry: hash that somebody was shown as of it, with `isSeen`. */
interface Seen {
  hash: Int32Array
  isSeen: Uint8Array
}

/** Contents of a rev that the log doesn't tell any more, as clients were shown them before. */
function seenAt(history: History, { base, capacity, storedAt }: Audit): Seen {
  const { kind, room, rev, value, layer } = history.columns
  const seen = { hash: new Int32Array(storedAt.length), isSeen: new Uint8Array(storedAt.length) }
  for (const name of ['changed', 'readMessage'] as const) {
    for (const row of history.rowsOf(name)) {
      const inRoom = room[row] ?? 0
      if (kind[row] !== kinds[name].code || ((layer[row] ?? 0) & recordBits.stub) !== 0 || (rev[row] ?? 0) < 1 || (rev[row] ?? 0) >= (capacity[inRoom] ?? 0))
        continue
      const cell = (base[inRoom] ?? 0) + (rev[row] ?? 0)
      seen.hash[cell] = value[row] ?? 0
      seen.isSeen[cell] = 1
    }
  }
  return seen
}

function lackOf(
  history: History,
  { storedAt, recordAt, rowAt: storedRowAt, base }: Audit,
  { rowAt, seen }: { rowAt: Int32Array; seen: Seen },
  cell: number,
): Lack | null {
  const { room, rev, value } = history.columns
  const folded = foldedOf(history)
  // What was deleted or removed before the purge was not archived for its content.
  if (folded.isPurged[cell] === 0) return null
  const record = (recordAt[cell] ?? -1) === -1 ? (storedRowAt[cell] ?? -1) : (recordAt[cell] ?? -1)
  const row = rowAt[cell] ?? -1
  const message = storedAt[cell] ?? -1
  if (row === -1) return { isAbsent: true, rows: [record], text: 'no archive has it' }
  if (rev[row] !== rev[record])
    return { isAbsent: false, rows: [row, record], text: `the archive has it as of seq ${rev[row]}, it was purged as of seq ${rev[record]}` }
  const intended = operationsOf(history).intendedRow[message] ?? -1
  const at = (base[room[row] ?? 0] ?? 0) + (rev[row] ?? 0)
  const wanted = at === cell && intended !== -1 ? (value[intended] ?? 0) : seen.isSeen[at] === 1 ? (seen.hash[at] ?? 0) : null
  if (wanted === null || value[row] === wanted) return null
  return { isAbsent: false, rows: [row], text: 'the archive has another content than was sent or shown' }
}
