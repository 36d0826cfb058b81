/**
 * Rule: of the messages of one device in one room the seqs rise with clientSeq (`invoked`). Seqs are those of the store.
 * Excused: a pair whose earlier one had been shown as failed before the later one's first attempt: the later one was not to wait for it. A resend takes a new
 * clientSeq, and counts there. What isn't stored has no place in the order, and its loss is for acked-is-stored.
 * Population: stored messages that have an earlier one of their device and room.
 * Unknown: without a sound audit. Where no order is promised, what is found is reported and fails nothing.
 * Can't see: the order in which others were shown them (shown-order); messages of two devices of one user (real-time-order); edits, reactions and other
 * changes; messages of different rooms.
 */
import type { History } from '../history/history.ts'
import { statuses } from '../history/codes.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { operationsOf } from './operations.ts'
import { messageTitle, tell } from './story.ts'

interface Inversion {
  earlier: number
  later: number
  /** How far the later one went ahead, in seqs. */
  distance: number
}

export const senderOrder: Check = {
  name: 'sender-order',
  claim: 'the messages of each device stand in its rooms in the order in which it sent them',
  examine(history, guarantees) {
    const { population, inversions, excused } = inversionsIn(history)
    const { storedRow, doubt } = auditOf(history)
    const { invokedRow } = operationsOf(history)
    return conclude({
      population,
      violations: inversions.length,
      figures: { excused, worstDistance: inversions.reduce((worst, { distance }) => Math.max(worst, distance), 0) },
      evidence: inversions
        .toSorted((left, right) => right.distance - left.distance)
        .slice(0, exampleLimit)
        .map(({ earlier, later }) =>
          tell(history, {
            title: `${messageTitle(history, later)} stands before an earlier one of its device`,
            message: later,
            rows: [invokedRow[earlier] ?? -1, invokedRow[later] ?? -1, storedRow[earlier] ?? -1, storedRow[later] ?? -1],
            closing: `clientSeq ${clientSeq(history, earlier)} is seq ${seqOf(history, earlier)}, clientSeq ${clientSeq(history, later)} is seq ${seqOf(history, later)}`,
          }),
        ),
      doubt,
      notPromised: guarantees.order === 'none' ? 'the experiment promises no order' : null,
    })
  },
}

const clientSeq = (history: History, own: number): number => history.columns.seq[operationsOf(history).invokedRow[own] ?? -1] ?? 0
const seqOf = (history: History, own: number): number => history.columns.seq[auditOf(history).storedRow[own] ?? -1] ?? 0

function inversionsIn(history: History): { population: number; inversions: Inversion[]; excused: number } {
  const failedNs = shownFailed(history)
  const attemptNs = firstAttempts(history)
  const seqs = storedSeqs(history)
  const seqAt = (message: number): number => seqs[message] ?? 0
  const result = { population: 0, inversions: [] as Inversion[], excused: 0 }
  for (const messages of sentByDevice(history)) {
    const failedBefore: number[] = []
    let highest = -1
    for (const later of messages) {
      const seq = seqAt(later)
      const over = failedBefore.length === 0 ? failedBefore : failedBefore.filter((one) => seqAt(one) > seq)
      const isExcused = (earlier: number): boolean => (failedNs[earlier] ?? Infinity) < (attemptNs[later] ?? 0)
      const bad = highest !== -1 && seqAt(highest) > seq ? highest : over.find((one) => !isExcused(one))
      if (highest !== -1 || failedBefore.length > 0) result.population++
      if (bad !== undefined) result.inversions.push({ earlier: bad, later, distance: seqAt(bad) - seq })
      else if (over.length > 0) result.excused++
      // Only those that were once shown as failed may be excused: they are few, and looked at one by one.
      if (failedNs[later] !== Infinity) failedBefore.push(later)
      else if (highest === -1 || seqAt(highest) < seq) highest = later
    }
  }
  return result
}

/** By message: its seq in the store, 0 when it has none. */
function storedSeqs(history: History): Int32Array {
  const { seq } = history.columns
  return auditOf(history).storedRow.map((row) => seq[row] ?? 0)
}

/** Stored messages of each device and room, by clientSeq. */
function sentByDevice(history: History): number[][] {
  const { storedRow } = auditOf(history)
  const { invokedRow, invokedRoom } = operationsOf(history)
  const { seq } = history.columns
  const senders = history.messages.client
  const deviceAt = devicesOf(history)
  const clientSeqOf = (message: number): number => seq[invokedRow[message] ?? -1] ?? 0
  /** By client: its lists, by device and room. */
  const listsOf = history.clients.map(() => new Map<number, { messages: number[]; isInOrder: boolean }>())
  const lists: { messages: number[]; isInOrder: boolean }[] = []
  for (let message = 0; message < history.messages.length; message++) {
    const [sender, room] = [senders[message] ?? -1, invokedRoom[message] ?? -1]
    if ((storedRow[message] ?? -1) === -1 || room === -1) continue
    const key = (deviceAt(sender, invokedRow[message] ?? -1) + 1) * history.rooms.length + room
    const list = listsOf[sender]?.get(key)
    if (list !== undefined) {
      // Messages are numbered as their client made them, so that hardly any list has to be sorted.
      if (clientSeqOf(list.messages.at(-1) ?? -1) > clientSeqOf(message)) list.isInOrder = false
      list.messages.push(message)
    } else {
      const made = { messages: [message], isInOrder: true }
      listsOf[sender]?.set(key, made)
      lists.push(made)
    }
  }
  return lists.map(({ messages, isInOrder }) => (isInOrder ? messages : messages.sort((a, b) => clientSeqOf(a) - clientSeqOf(b))))
}

/** Name id of the device on which a client was at a row; -1 for the one that it began on. */
function devicesOf(history: History): (client: number, row: number) => number {
  const { client, value } = history.columns
  const changes = new Map<number, number[]>()
  for (const row of history.rowsOf('clientReplaced')) changes.set(client[row] ?? -1, [...(changes.get(client[row] ?? -1) ?? []), row])
  return (own, row) => {
    const last = changes.get(own)?.findLast((change) => change < row)
    if (last === undefined) return -1
    const device = value[last] ?? -1
    return history.names[device] === history.clients[own]?.device ? -1 : device
  }
}

/** By message: when it was first shown as failed, Infinity when never. */
function shownFailed(history: History): Float64Array {
  const { message, value, tNs } = history.columns
  const first = new Float64Array(history.messages.length).fill(Infinity)
  const rows = history.rowsOf('status')
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] ?? 0
    if (value[row] !== statuses.failed) continue
    const own = message[row] ?? -1
    first[own] = Math.min(first[own] ?? Infinity, tNs[row] ?? 0)
  }
  return first
}

/** By message: when it was first emitted, Infinity when never. */
function firstAttempts(history: History): Float64Array {
  const { message, tNs } = history.columns
  const first = new Float64Array(history.messages.length).fill(Infinity)
  const rows = history.rowsOf('attempt')
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] ?? 0
    const own = message[row] ?? -1
    first[own] = Math.min(first[own] ?? Infinity, tNs[row] ?? 0)
  }
  return first
}
