/**
 * Rule: a message that nothing was done to yet (rev = seq) is seen and stored with the hash of the body that its sender meant (`intended`); one that was
 * changed is received with that body or with one that somebody asked to put in its place. What a record shows after changes is for convergence.
 * Excused: a stub has no content, and a message that nobody of the run sent is for no-phantom: neither is judged. An edit may come before its editor is
 * answered: asked for is enough.
 * Population: messages seen with their content, and messages stored with it.
 * Unknown: without a sound audit.
 * Can't see: anything of a message beside its body (times, attachments, what it answers; its author is for no-phantom); which of several edits is the right one; another body with
 * the same hash of 32 bits.
 */
import type { History } from '../history/history.ts'
import { changeKinds, recordBits } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { operationsOf } from './operations.ts'
import { messageTitle, tell } from './story.ts'
import { Suspects } from './suspects.ts'

export const intact: Check = {
  name: 'intact',
  claim: 'every message was seen and stored with the content that its sender meant',
  examine(history) {
    const { message, client } = history.columns
    const { population, seen, stored } = alteredIn(history)
    const rows = [...seen.rows, ...stored.rows]
    return conclude({
      population,
      violations: seen.count + stored.count,
      figures: { seen: seen.count, stored: stored.count },
      evidence: rows.slice(0, exampleLimit).map((row) =>
        tell(history, {
          title: messageTitle(history, message[row] ?? -1),
          message: message[row] ?? -1,
          recipient: client[row] ?? -1,
          rows: [row],
          closing: 'its content there is none that anybody sent',
        }),
      ),
      doubt: auditOf(history).doubt,
    })
  },
}

interface Altered {
  population: number
  seen: Suspects
  stored: Suspects
}

function alteredIn(history: History): Altered {
  const { kind, message, seq, rev, value, layer, length } = history.columns
  const { intendedRow } = operationsOf(history)
  const meant = intendedRow.map((row) => value[row] ?? 0)
  const edits = editsOf(history)
  const [delivery, readMessage, stored] = [kinds.delivery.code, kinds.readMessage.code, kinds.stored.code]
  const found: Altered = { population: 0, seen: new Suspects(), stored: new Suspects() }
  let population = 0
  for (let row = 0; row < length; row++) {
    const code = kind[row]
    if (code !== delivery && code !== readMessage && code !== stored) continue
    const own = message[row] ?? -1
    if (own === -1 || (intendedRow[own] ?? -1) === -1) continue
    if (code !== delivery && ((layer[row] ?? 0) & recordBits.stub) !== 0) continue
    // A record hash covers what was made of the message, too.
    if (code === readMessage && rev[row] !== seq[row]) continue
    population++
    if (value[row] === meant[own]) continue
    if (code === stored) found.stored.add(row)
    else if (rev[row] === seq[row] || edits.get(own)?.has(value[row] ?? 0) !== true) found.seen.add(row)
  }
  found.population = population
  return found
}

/** By message: hashes of the bodies that somebody asked to put in the place of its first. */
function editsOf(history: History): Map<number, Set<number>> {
  const { message, rev, value } = history.columns
  const edits = new Map<number, Set<number>>()
  for (const row of history.rowsOf('changeInvoked')) {
    if (value[row] !== changeKinds.edit) continue
    const own = message[row] ?? -1
    edits.set(own, (edits.get(own) ?? new Set()).add(rev[row] ?? 0))
  }
  return edits
}
