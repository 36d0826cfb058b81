/**
 * Rule: a send that failed definitely - its last word is `failed`, and no attempt of it ever ended without an answer - is neither stored nor seen by anybody
 * on any layer.
 * Excused: one of unknown outcome: it may be stored, and exists as soon as anybody saw it. One that its user sent again after the refusal has a later word.
 * Population: sends that failed definitely; where nothing was refused for good the check does not apply.
 * Unknown: without a sound audit.
 * Can't see: changes that were refused and took effect all the same (no-phantom); a message that was stored and gone again without anybody seeing it;
 * refusals that ought not to have been.
 */
import type { History } from '../history/history.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit, notApplicable } from './finding.ts'
import { operationsOf } from './operations.ts'
import { messageTitle, tell } from './story.ts'

export const refusedIsAbsent: Check = {
  name: 'refused-is-absent',
  claim: 'no message whose send was refused for good is stored or was seen',
  examine(history) {
    const refused = refusedMessages(history)
    const population = refused.reduce((sum, one) => sum + one, 0)
    if (population === 0) return notApplicable('no send was refused for good')
    const { storedRow, doubt } = auditOf(history)
    const seenRow = firstSeen(history, refused)
    const found = [...refused.keys()].filter((own) => refused[own] === 1 && ((storedRow[own] ?? -1) !== -1 || (seenRow[own] ?? -1) !== -1))
    return conclude({
      population,
      violations: found.length,
      figures: {
        stored: found.filter((own) => (storedRow[own] ?? -1) !== -1).length,
        seen: found.filter((own) => (seenRow[own] ?? -1) !== -1).length,
      },
      evidence: found.slice(0, exampleLimit).map((own) =>
        tell(history, {
          title: messageTitle(history, own),
          message: own,
          recipient: history.columns.client[seenRow[own] ?? -1] ?? -1,
          rows: [operationsOf(history).failedRow[own] ?? -1, seenRow[own] ?? -1, storedRow[own] ?? -1].filter((row) => row !== -1),
          closing: 'its sender was told that it failed, but it exists',
        }),
      ),
      doubt,
    })
  },
}

/** By message: 1 when the last of its outcomes and attempts is `failed`, and none was unknown. */
function refusedMessages(history: History): Uint8Array {
  const { message } = history.columns
  const refused = new Uint8Array(history.messages.length)
  const last = new Int32Array(history.messages.length).fill(-1)
  for (const kind of ['attempt', 'ok', 'unknown']) {
    const rows = history.rowsOf(kind)
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] ?? 0
      const own = message[row] ?? -1
      last[own] = kind === 'unknown' ? history.columns.length : Math.max(last[own] ?? -1, row)
    }
  }
  for (const row of history.rowsOf('failed')) refused[message[row] ?? -1] = row > (last[message[row] ?? -1] ?? -1) ? 1 : 0
  return refused
}

/** By message: the first row by which somebody saw one of these, -1 when nobody did. */
function firstSeen(history: History, refused: Uint8Array): Int32Array {
  const { kind, message, length } = history.columns
  const [delivery, changed, readMessage] = [kinds.delivery.code, kinds.changed.code, kinds.readMessage.code]
  const first = new Int32Array(history.messages.length).fill(-1)
  for (let row = 0; row < length; row++) {
    const own = message[row] ?? -1
    if (own === -1 || refused[own] !== 1 || first[own] !== -1) continue
    const code = kind[row]
    if (code === delivery || code === changed || code === readMessage) first[own] = row
  }
  return first
}
