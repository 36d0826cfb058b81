/**
 * Rule: every message that a client saw on any layer, or that is stored, was invoked by a client of the run, by that sender and for that room.
 * Population: message deliveries and stored messages.
 */
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { ledgerOf } from './ledger.ts'
import { operationsOf } from './operations.ts'
import { messageTitle, tell } from './story.ts'

export const noPhantom: Check = {
  name: 'no-phantom',
  claim: 'everything seen or stored was sent by its sender to that room',
  examine(history) {
    const { message, room, client } = history.columns
    const ledger = ledgerOf(history)
    const { invokedRoom } = operationsOf(history)
    const stored = history.rowsOf('stored')
    const phantoms = stored.filter((row) => {
      const own = message[row] ?? -1
      return invokedRoom[own] !== room[row] || history.messages.client[own] !== client[row]
    })
    const rows = [...ledger.phantoms.rows, ...phantoms]
    return conclude({
      population: ledger.deliveries + stored.length,
      violations: ledger.phantoms.count + phantoms.length,
      figures: { seen: ledger.phantoms.count, stored: phantoms.length },
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
