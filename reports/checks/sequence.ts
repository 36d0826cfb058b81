/**
 * Rule: per room and epoch the stored seqs are 1..head, no hole and no reuse; every ack and delivery names the message that the audit has at that seq (both
 * directions are functions); no head that a client was told is above the audit's, and none is of another epoch.
 * Excused: a head that lags, since nobody is promised the newest; a stub of a message that a later entry changed; an acked message that is not stored at all
 * and whose seq is free, which is for acked-is-stored.
 * Population: stored entries.
 * Unknown: without a sound audit. Where no order is promised, what is found is reported and fails nothing.
 * Can't see: seqs that were given and taken back, or renumbered, before any client was told of them; an end of the log that is gone together with its head,
 * where no ack, delivery, heartbeat or sync ever named it.
 */
import type { History } from '../history/history.ts'
import type { Story } from '../result.ts'
import { auditOf, nothing, type Audit } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { rowText, tell } from './story.ts'
import { unlikeAudit } from './unlike.ts'

export const sequence: Check = {
  name: 'sequence',
  claim: 'the seqs of every room are 1 to its head, each for one entry, for everyone the same',
  examine(history, guarantees) {
    const audit = auditOf(history)
    const unlike = unlikeAudit(history, audit)
    const holes = holesOf(history, audit)
    const epochs = foreignEpochs(history, audit)
    const heads = headsAbove(history, audit)
    const acks = unlikeAcks(history, audit)
    const rows = [...audit.reused, ...acks, ...unlike.rows, ...heads, ...epochs]
    const stories = [
      ...holes.slice(0, exampleLimit).map((hole) => holeStory(history, hole)),
      ...rows.slice(0, exampleLimit).map((row) => rowStory(history, audit, row)),
    ]
    return conclude({
      population: audit.stored + history.rowsOf('storedEntry').length,
      violations: holes.length + audit.reused.length + acks.length + unlike.count + heads.length + epochs.length,
      figures: {
        holes: holes.length,
        reused: audit.reused.length,
        unlikeAcks: acks.length,
        unlikeDeliveries: unlike.count,
        headsAbove: heads.length,
        foreignEpochs: epochs.length,
      },
      evidence: stories.slice(0, exampleLimit),
      doubt: audit.doubt,
      notPromised: guarantees.order === 'none' ? 'the experiment promises no order' : null,
    })
  },
}

interface Hole {
  room: number
  seq: number
}

function holesOf(history: History, audit: Audit): Hole[] {
  const holes: Hole[] = []
  for (let room = 0; room < history.rooms.length; room++) {
    for (let seq = 1; seq < (audit.capacity[room] ?? 1); seq++) if (audit.storedAt[(audit.base[room] ?? 0) + seq] === nothing) holes.push({ room, seq })
  }
  return holes
}

/** Stored rows of another epoch, or above the head that the audit found. */
const foreignEpochs = (history: History, audit: Audit): number[] => aboveOrForeign(history, audit, ['storedId', 'storedEntry'], history.columns.rev)
const headsAbove = (history: History, audit: Audit): number[] => aboveOrForeign(history, audit, ['heartbeat', 'syncComplete'], history.columns.value)

function aboveOrForeign(history: History, { heads, epochs }: Audit, names: readonly string[], epoch: Int32Array): number[] {
  const { room, seq } = history.columns
  const found: number[] = []
  for (const name of names) {
    const rows = history.rowsOf(name)
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] ?? 0
      const inRoom = room[row] ?? 0
      if (epoch[row] !== epochs[inRoom] || (seq[row] ?? 0) > (heads[inRoom] ?? 0)) found.push(row)
    }
  }
  return found
}

/** Acks whose seq belongs to another message. An acked message that isn't stored at all is for acked-is-stored, unless its seq is taken. */
function unlikeAcks(history: History, { capacity, base, storedAt }: Audit): number[] {
  const { room, seq, message } = history.columns
  const found: number[] = []
  const acks = history.rowsOf('ok')
  for (let index = 0; index < acks.length; index++) {
    const row = acks[index] ?? 0
    const at = seq[row] ?? 0
    const inRoom = room[row] ?? 0
    const there = at < (capacity[inRoom] ?? 0) ? (storedAt[(base[inRoom] ?? 0) + at] ?? nothing) : nothing
    if (there !== nothing && there !== message[row]) found.push(row)
  }
  return found
}

function holeStory(history: History, hole: Hole): Story {
  const { room, seq } = history.columns
  const around = ['stored', 'storedEntry', 'auditHead'].flatMap((kind) =>
    [...history.rowsOf(kind)].filter((row) => room[row] === hole.room && (kind === 'auditHead' || Math.abs((seq[row] ?? 0) - hole.seq) === 1)),
  )
  return tell(history, { title: `${history.rooms[hole.room]}: nothing is stored at seq ${hole.seq}`, message: null, rows: around.slice(0, 3) })
}

function rowStory(history: History, audit: Audit, row: number): Story {
  const { room, seq, message } = history.columns
  const index = room[row] ?? 0
  const there = (seq[row] ?? 0) < (audit.capacity[index] ?? 0) ? (audit.storedAt[(audit.base[index] ?? 0) + (seq[row] ?? 0)] ?? nothing) : nothing
  const stored = there >= 0 ? (audit.storedRow[there] ?? -1) : -1
  const own = message[row] ?? -1
  const closing =
    stored !== -1 && stored !== row
      ? { closing: `audit: ${rowText(history, stored)?.replace('audit: ', '').replace(' it ', ' another message ')}` }
      : { closing: `audit: the head of ${history.rooms[index]} is ${audit.heads[index]}` }
  return tell(history, {
    title: `${history.rooms[index]} seq ${seq[row]}`,
    message: own === -1 ? null : own,
    rows: [row],
    recipient: history.columns.client[row] ?? -1,
    ...closing,
  })
}
