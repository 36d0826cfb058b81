/**
 * Rule: in a room, ok(a) before invoked(b) => seq(a) < seq(b), whoever sent them (Herlihy, Wing, "Linearizability", 1990: the order of operations that don't
 * overlap). Times of several processes are compared because a run's clock is the one monotonic clock of its host. Seqs are those of the store.
 * Excused: operations that overlap, or have equal times, may stand in either order: nobody could know which was first. A message of unknown outcome that is
 * stored counts from its invocation, and its end is never known.
 * Population: stored messages invoked after an ack in their room.
 * Unknown: without a sound audit. Where only the order of each sender is promised, what is found is reported and fails nothing.
 * Can't see: order among rooms, and of changes; anything that overlapped, however little; that a sender had already seen a message whose ack had not come yet.
 */
import type { History } from '../history/history.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { operationsOf } from './operations.ts'
import { messageName, messageTitle, tell } from './story.ts'

export const realTimeOrder: Check = {
  name: 'real-time-order',
  claim: 'a message sent after another was acked stands after it in the room',
  examine(history, guarantees) {
    const { message, seq } = history.columns
    const { storedRow, doubt } = auditOf(history)
    const floorRow = floors(history)
    const seqOf = (own: number): number => seq[storedRow[own] ?? -1] ?? 0
    const isJudged = (own: number): boolean => (floorRow[own] ?? -1) !== -1 && (storedRow[own] ?? -1) !== -1
    const ahead = (own: number): number => seqOf(message[floorRow[own] ?? -1] ?? -1) - seqOf(own)
    const judged = [...floorRow.keys()].filter(isJudged)
    const found = judged.filter((own) => ahead(own) > 0).sort((a, b) => ahead(b) - ahead(a))
    return conclude({
      population: judged.length,
      violations: found.length,
      figures: { worstDistance: found[0] === undefined ? 0 : ahead(found[0]) },
      evidence: found.slice(0, exampleLimit).map((own) => {
        const before = message[floorRow[own] ?? -1] ?? -1
        return tell(history, {
          title: `${messageTitle(history, own)} stands before one that was acked before it was sent`,
          message: own,
          rows: [floorRow[own] ?? -1, operationsOf(history).invokedRow[own] ?? -1, storedRow[before] ?? -1, storedRow[own] ?? -1],
          closing: `${messageName(history, before)} is seq ${seqOf(before)}, and ${messageName(history, own)} is seq ${seqOf(own)}`,
        })
      }),
      doubt,
      notPromised: guarantees.order === 'room' ? null : 'the experiment promises no order among senders',
    })
  },
}

/** By message: the row of the ack, before it was invoked, of the message with the highest seq in its room; -1 when none. */
function floors(history: History): Int32Array {
  const { room, seq, message, tNs } = history.columns
  const { storedRow } = auditOf(history)
  const { invokedRow } = operationsOf(history)
  const floorRow = new Int32Array(history.messages.length).fill(-1)
  const highest = new Int32Array(history.rooms.length).fill(-1)
  const highestSeq = new Int32Array(history.rooms.length).fill(-1)
  const acks = history.rowsOf('ok')
  const invocations = history.rowsOf('invoked')
  let next = 0
  for (let index = 0; index < invocations.length; index++) {
    const row = invocations[index] ?? 0
    for (; next < acks.length && (tNs[acks[next] ?? 0] ?? 0) < (tNs[row] ?? 0); next++) {
      const ack = acks[next] ?? 0
      const inRoom = room[ack] ?? 0
      const acked = seq[storedRow[message[ack] ?? -1] ?? -1] ?? -1
      if (acked > (highestSeq[inRoom] ?? -1)) [highestSeq[inRoom], highest[inRoom]] = [acked, ack]
    }
    const own = message[row] ?? -1
    if (invokedRow[own] === row) floorRow[own] = highest[room[row] ?? 0] ?? -1
  }
  return floorRow
}
