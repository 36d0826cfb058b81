/**
 * Rule: no intent has more than one `stored` row, and all acks of one intent carry the same id and seq.
 * Excused: any number of attempts, and of acks that repeat the first: that is what a resend is for.
 * Population: intents that were stored or acked.
 * Unknown: without a sound audit.
 * Can't see: a second copy that does not carry the intent's identity any more, because its body was altered (no-phantom, intact); one that was stored and gone
 * again before the audit; a message that its user really sent twice, which is two intents; and
 * what a node answers to a resend with another body under the same id, because no client makes one.
 */
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { operationsOf } from './operations.ts'
import { messageTitle, tell } from './story.ts'

export const storedOnce: Check = {
  name: 'stored-once',
  claim: 'no message is stored twice, and a repeated ack repeats the first',
  examine(history) {
    const { message, seq, value } = history.columns
    const audit = auditOf(history)
    const { okRow } = operationsOf(history)
    const bad = new Map<number, number[]>()
    const seen = new Uint8Array(history.messages.length)
    let [population, storedTwice, unlikeAcks] = [0, 0, 0]
    for (const row of history.rowsOf('stored')) {
      const own = message[row] ?? -1
      if (seen[own] === 0) population++
      else {
        storedTwice++
        bad.set(own, [...(bad.get(own) ?? [audit.storedRow[own] ?? -1]), row])
      }
      seen[own] = 1
    }
    for (const row of history.rowsOf('ok')) {
      const own = message[row] ?? -1
      if (seen[own] === 0) population++
      seen[own] = 1
      const first = okRow[own] ?? -1
      if (seq[first] === seq[row] && value[first] === value[row]) continue
      unlikeAcks++
      bad.set(own, [...(bad.get(own) ?? [first]), row])
    }
    const evidence = [...bad]
      .slice(0, exampleLimit)
      .map(([own, rows]) => tell(history, { title: messageTitle(history, own), message: own, rows: rows.slice(0, 6) }))
    return conclude({ population, violations: bad.size, figures: { storedTwice, unlikeAcks }, evidence, doubt: audit.doubt })
  },
}
