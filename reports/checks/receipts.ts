/**
 * Rule: for the cursors that clients tell of themselves (`watermark`) and those that they are shown of others (`receipt`):
 * - read <= delivered <= the room's head; what is shown of one user in one room never falls while the observer stays the same client in the same stay;
 * - who tells delivered s has applied everything up to s that it was owed, at the time of the telling;
 * - what is shown of a user is no more than one of its devices has told before, and the user is a member of the room at that seq, or right after it;
 * - at quiescence every present observer is shown, of every user who stays and whose devices are all present, the highest that these told.
 * Excused: what a reset skipped, since history owes that. Between a device's telling and the next round of the nodes an observer *may* see less, so only the
 * end is judged for that. Users and cursors of nobody in the run are not judged.
 * Population: cursors told and shown. Not applicable where none was told or shown.
 * Unknown: without a sound audit; for the end also while a fault was not healed.
 * Can't see: whether a person read what is told as read; how long an observer saw less than was told; whether those who had gone before the end ever saw the
 * last.
 */
import type { History } from '../history/history.ts'
import type { Story } from '../result.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { followCursors, type Cursors } from './cursors.ts'
import { conclude, exampleLimit, notApplicable } from './finding.ts'
import { membershipOf } from './membership.ts'
import { owedOf } from './owed.ts'
import { expectedOf, syncedAt } from './present.ts'
import { quiescenceOf } from './quiescence.ts'
import { clientName, tell } from './story.ts'

export const receipts: Check = {
  name: 'receipts',
  claim: 'delivered and read are never shown before they are true, never fall, and end up the same for everyone',
  needs: ['receipts'],
  examine(history) {
    const audit = auditOf(history)
    const quiescence = quiescenceOf(history)
    const cursors = followCursors(history)
    const { told, shown, bad } = cursors
    if (told + shown === 0) return notApplicable('nobody told how far it had come')
    const gaps = owedOf(history).gaps.filter((gap) => gap.seq <= (cursors.tellOf(gap.client, gap.room)?.delivered ?? 0))
    const apart = Number.isNaN(quiescence.atNs) ? { judged: 0, found: [] } : notConverged(history, cursors, quiescence.atNs)
    const safety = bad.count + gaps.length
    return conclude({
      population: told + shown,
      violations: safety + apart.found.length,
      figures: { told, shown, ...bad.counts, withHoles: gaps.length, converged: apart.judged - apart.found.length, apart: apart.found.length },
      evidence: [
        ...bad.examples.map(({ row, before, why }) => tell(history, { title: why, message: null, rows: before === -1 ? [row] : [before, row] })),
        ...gaps.map(({ client, room, seq, message }) =>
          tell(history, {
            title: `${clientName(history, client)} told that it has ${history.rooms[room]} beyond seq ${seq}, which it never applied`,
            message,
            recipient: client,
            rows: [cursors.tellOf(client, room)?.row ?? -1].filter((row) => row !== -1),
          }),
        ),
        ...apart.found,
      ].slice(0, exampleLimit),
      doubt: audit.doubt ?? (safety === 0 && apart.found.length > 0 ? quiescence.doubt : null),
      why: apart.found.length > 0 ? quiescence.overdue : null,
    })
  },
}

/** Present observers that are shown less than what a user's devices told. */
function notConverged(history: History, cursors: Cursors, atNs: number): { judged: number; found: Story[] } {
  const expected = expectedOf(history)
  const synced = syncedAt(history, atNs)
  const isPresent = (client: number): boolean => expected[client] === 1 && synced[client] === 1
  const result: { judged: number; found: Story[] } = { judged: 0, found: [] }
  for (const [room, members] of membershipOf(history).members.entries()) {
    const staying = members.filter((member) => member.intervals.at(-1)?.to === Infinity && member.clients.length > 0 && member.clients.every(isPresent))
    for (const user of staying) {
      const told = user.clients.map((client) => cursors.tellOf(client, room)).filter((one) => one !== null)
      const delivered = Math.max(0, ...told.map((one) => one.delivered))
      const read = Math.max(0, ...told.map((one) => one.read))
      // What it told in an earlier stay is nobody's business in this one.
      if (delivered <= (user.intervals.at(-1)?.from ?? 0)) continue
      for (const observer of staying.flatMap((other) => (other === user ? [] : other.clients))) {
        const seen = cursors.shownOf(observer, room, user.user)
        result.judged++
        if ((seen?.delivered ?? 0) >= delivered && (seen?.read ?? 0) >= read) continue
        const rows = [...told.filter((one) => one.delivered === delivered || one.read === read).map((one) => one.row), ...(seen === null ? [] : [seen.row])]
        const title = `${clientName(history, observer)} is shown ${user.user} in ${history.rooms[room]} at seq ${seen?.delivered ?? 0}, read ${seen?.read ?? 0}, at the end; it had told ${delivered} and ${read}`
        result.found.push(tell(history, { title, message: null, rows: rows.sort((a, b) => a - b) }))
      }
    }
  }
  return result
}
