/**
 * Rule: in one view generation no entry is applied or shown twice, and the seqs applied (pages of history aside) are consecutive.
 * Excused: a frame that only comes again on the wire, in the same or a later session, is a figure: a replay may bring again what came live. A reset and a new
 * client of the same person begin a new generation; whoever joins again follows the room from there.
 * Population: deliveries applied.
 * Unknown: without a sound audit, from which it is read what is at a seq.
 * Can't see: a tail that never came, and what lies below the first seq that a view applied: neither leaves a hole (delivered-to-all); rows that name another
 * entry than the audit has (sequence).
 */
import type { History } from '../history/history.ts'
import type { Story } from '../result.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { ledgerOf } from './ledger.ts'
import { clientName, messageTitle, tell } from './story.ts'

export const appliedOnce: Check = {
  name: 'applied-once',
  claim: 'no client applied or showed a message twice, or one with a hole before it',
  examine(history) {
    const ledger = ledgerOf(history)
    const rows = [...ledger.again.rows.map((row) => ({ row, what: 'again' })), ...ledger.jumped.rows.map((row) => ({ row, what: 'with a hole before it' }))]
    return conclude({
      population: ledger.appliedRows,
      violations: ledger.again.count + ledger.jumped.count,
      figures: { appliedAgain: ledger.again.count, holes: ledger.jumped.count, wireDuplicates: ledger.wireDuplicates, redeliveries: ledger.redeliveries },
      evidence: rows.slice(0, exampleLimit).map(({ row, what }) => story(history, row, what)),
      // Which entry is at a seq is read from the audit, and rows that differ from it are not judged here.
      doubt: auditOf(history).doubt,
    })
  },
}

function story(history: History, row: number, what: string): Story {
  const { client, message, room, seq } = history.columns
  const [who, own] = [client[row] ?? -1, message[row] ?? -1]
  const title = own === -1 ? `seq ${seq[row]} of ${history.rooms[room[row] ?? -1]}` : messageTitle(history, own)
  return tell(history, { title: `${title}: ${clientName(history, who)} applies it ${what}`, message: own === -1 ? null : own, recipient: who, rows: [row] })
}
