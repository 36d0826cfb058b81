/**
 * Rule: every message that a client saw on any layer, on a page, in a search or by a change, or that is stored, was invoked by a client of the run for that
 * room; a stored one by the sender that the store names.
 * Excused: a message that its sender thinks failed or undecided was invoked all the same (refused-is-absent judges it). An edited body has the identity of its
 * message; a stub has none, and is judged by its seq (sequence).
 * Population: messages seen and stored messages.
 * Unknown: without a sound audit.
 * Can't see: whom a frame names as its author, because a message that was seen is known by what its body carries; changes, reactions and roles that nobody
 * asked for, where no body tells whose they are; typing and presence.
 */
import type { History } from '../history/history.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { operationsOf } from './operations.ts'
import { messageTitle, tell } from './story.ts'
import { Suspects } from './suspects.ts'

export const noPhantom: Check = {
  name: 'no-phantom',
  claim: 'everything seen or stored was sent by its sender to that room',
  examine(history) {
    const { message, room, client } = history.columns
    const { invokedRoom } = operationsOf(history)
    const seen = seenPhantoms(history, invokedRoom)
    const stored = history.rowsOf('stored')
    const senders = history.messages.client
    const phantoms: number[] = []
    for (let index = 0; index < stored.length; index++) {
      const row = stored[index] ?? 0
      const own = message[row] ?? -1
      if (invokedRoom[own] !== room[row] || senders[own] !== client[row]) phantoms.push(row)
    }
    const rows = [...seen.phantoms.rows, ...phantoms]
    return conclude({
      population: seen.deliveries + stored.length,
      violations: seen.phantoms.count + phantoms.length,
      figures: { seen: seen.phantoms.count, stored: phantoms.length },
      evidence: rows.slice(0, exampleLimit).map((row) => {
        const own = message[row] ?? -1
        const sentTo = history.rooms[invokedRoom[own] ?? -1]
        return tell(history, {
          title: messageTitle(history, own),
          message: own,
          recipient: client[row] ?? -1,
          rows: [row],
          closing: sentTo === undefined ? 'no client of the run ever sent it' : `it was sent to ${sentTo}`,
        })
      }),
      doubt: auditOf(history).doubt,
    })
  },
}

/** Messages that somebody saw, by delivery, page, search or change, and that nobody invoked for that room. */
function seenPhantoms(history: History, invokedRoom: Int32Array): { deliveries: number; phantoms: Suspects } {
  const { kind, room, message, length } = history.columns
  const [delivery, changed, readMessage] = [kinds.delivery.code, kinds.changed.code, kinds.readMessage.code]
  const phantoms = new Suspects()
  let deliveries = 0
  for (let row = 0; row < length; row++) {
    const code = kind[row]
    if (code !== delivery && code !== changed && code !== readMessage) continue
    const own = message[row] ?? -1
    if (own === -1) continue
    deliveries++
    if (invokedRoom[own] !== room[row]) phantoms.add(row)
  }
  return { deliveries, phantoms }
}
