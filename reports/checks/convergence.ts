/**
 * Rule: one log makes one record of each message, and everybody has that one.
 * - The log folded again (folded.ts) gives the record that is stored: same rev, same hash of body, edits, reactions, deletion and moderation.
 * - Whatever is shown of a message as of an entry (a change, a page, a search, the audit's readers, the view at the end) is what the fold gives for it.
 * - In the end the view of every present client shows each message as it is stored, shows none that is deleted or removed, and leaves out none that it
 *   applied, between the oldest that it shows and the head.
 * - A read that was begun after a deletion was acked brings the message without its content: pages, searches, syncs and ranges.
 * - A search for the words of a message, begun after its ack by who stays in its room, finds it while nothing was done to it, unless there were more hits than
 *   were asked for.
 * - Of what was deleted or removed the log has nothing more: neither the first body nor that of an edit.
 * Excused: contents of an earlier rev that a deletion or a purge has blanked since, because the log can't tell them any more; a stub in place of a held
 * message, which only its author and moderators see whole; live deliveries, which overlap a deletion; in a view
 * what was purged after it, or less than 2 s before. The content of a plain delivery is for `intact`.
 * Population: stored records, and sights of them.
 * Unknown: without a sound audit; for views at the end also while a fault was not healed.
 * Can't see: a change that every reader and the log agree on although nobody asked for it (no-phantom); changes of which the audit does not tell what they brought;
 * changed messages that a search leaves out, and its order; counts of unread messages, exports and the product's own audit log; views of clients that are not there at the end.
 */
import type { Columns, History } from '../history/history.ts'
import { recordBits } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import type { Story } from '../result.ts'
import { auditOf } from './audit.ts'
import { leftInLog } from './blanked.ts'
import type { Check } from './check.ts'
import { readAfterDeletion } from './deletions.ts'
import { conclude, exampleLimit } from './finding.ts'
import { foldBits, foldedOf } from './folded.ts'
import { quiescenceOf } from './quiescence.ts'
import { clientName, messageTitle, tell } from './story.ts'
import { Suspects } from './suspects.ts'
import { unfoundBy } from './unfound.ts'
import { viewsAtEnd } from './views-at-end.ts'

export const convergence: Check = {
  name: 'convergence',
  claim: 'every view, the audit and the store agree on each message, and the log alone makes the same of it',
  examine(history) {
    const audit = auditOf(history)
    const quiescence = quiescenceOf(history)
    const records = recordsUnlikeFold(history)
    const sights = sightsUnlikeFold(history)
    const late = readAfterDeletion(history)
    const ends = viewsAtEnd(history)
    const left = leftInLog(history)
    const unfound = unfoundBy(history)
    const safety = records.unlike.count + sights.unlike.count + late.found.count + left.rows.length + unfound.found.length
    const apart = ends.unlike.count + ends.left.length
    const told = (row: number, closing: string): Story => rowStory(history, row, closing)
    return conclude({
      population: records.judged + sights.judged + late.judged + ends.judged + left.judged + unfound.judged,
      violations: safety + apart,
      figures: {
        records: records.judged,
        sights: sights.judged,
        blanked: sights.blanked,
        readsAfterDeletion: late.judged,
        viewsShown: ends.judged,
        unlikeFold: records.unlike.count,
        unlikeSights: sights.unlike.count,
        shownThoughDeleted: late.found.count,
        leftInLog: left.rows.length,
        searches: unfound.judged,
        notFound: unfound.found.length,
        unlikeViews: ends.unlike.count,
        leftOut: ends.left.length,
      },
      evidence: [
        ...records.unlike.rows.map((row) => told(row, 'the log folded again makes another record of it')),
        ...sights.unlike.rows.map((row) => told(row, 'the log folded up to there makes another record of it')),
        ...late.found.rows.map((row) => told(row, 'it was deleted, and that acked, before this was asked for')),
        ...left.rows.map((row) => told(row, 'it was deleted or removed, and its content is still in the log')),
        ...unfound.found.map(({ row, message }) =>
          tell(history, {
            title: `${clientName(history, history.columns.client[row] ?? -1)} does not find ${messageTitle(history, message)}`,
            message,
            recipient: history.columns.client[row] ?? -1,
            rows: [row],
            closing: 'the search left it out, though it was acked before',
          }),
        ),
        ...ends.unlike.rows.map((row) => told(row, 'what the view shows in the end is not what is stored')),
        ...ends.left.map(({ client, message, room, seq }) =>
          tell(history, {
            title: `${clientName(history, client)} does not show seq ${seq} of ${history.rooms[room]} in the end`,
            message,
            recipient: client,
            closing: 'the view leaves it out between others',
          }),
        ),
      ].slice(0, exampleLimit),
      doubt: audit.doubt ?? (safety === 0 && apart > 0 ? quiescence.doubt : null),
      why: apart > 0 ? quiescence.overdue : null,
    })
  },
}

/** Stored records that the fold doesn't give. Those with a change of which the audit doesn't tell what it brings are not judged. */
function recordsUnlikeFold(history: History): { judged: number; unlike: Suspects } {
  const { storedAt, rowAt, recordAt, base } = auditOf(history)
  const { last, hash, known, untold, isPurged, purged, bits } = foldedOf(history)
  const { rev, value, layer, room } = history.columns
  const result = { judged: 0, unlike: new Suspects() }
  for (let cell = 0; cell < storedAt.length; cell++) {
    if ((storedAt[cell] ?? -1) < 0 || untold[cell] === 1) continue
    const end = last[cell] ?? cell
    const record = recordAt[cell] ?? -1
    const row = record === -1 ? (rowAt[cell] ?? -1) : record
    // A first body that was blanked without a trace in the log is for acked-is-stored.
    if (record === -1 && known[cell] === 0 && isPurged[cell] === 0 && end === cell) continue
    result.judged++
    const isStub = ((layer[row] ?? 0) & recordBits.stub) !== 0
    const wanted = isPurged[cell] === 1 ? purged[cell] : hash[end]
    // Subtle: a blanked payload folds to a stub, so that a record which still has content is unlike it.
    const isAlike = known[end] === 1 || isPurged[cell] === 1 ? value[row] === wanted : isStub || ((bits[end] ?? 0) & foldBits.stub) !== 0
    if (!isAlike || (rev[row] ?? 0) !== end - (base[room[row] ?? 0] ?? 0)) result.unlike.add(row)
  }
  return result
}

/** Which `layer` of a row says that it has no content; -1 when its kind isn't a sight of a record. */
function stubBitOf(code: number): number {
  if (code === kinds.changed.code || code === kinds.readMessage.code || code === kinds.audited.code) return recordBits.stub
  return code === kinds.viewMessage.code ? 0 : -1
}

/** Sights of messages as of an entry that the fold knows, with another hash than its. */
function sightsUnlikeFold(history: History): { judged: number; blanked: number; unlike: Suspects } {
  const { kind, length } = history.columns
  const result = { judged: 0, blanked: 0, unlike: new Suspects() }
  for (let row = 0; row < length; row++) {
    const bit = stubBitOf(kind[row] ?? 0)
    if (bit === -1) continue
    const judged = judgeSight(history, history.columns, row, bit)
    if (judged === 'unjudged') continue
    if (judged === 'blanked') result.blanked++
    else result.judged++
    if (judged === 'unlike') result.unlike.add(row)
  }
  return result
}

function judgeSight(history: History, { room, seq, rev, value, layer }: Columns, row: number, stubBit: number): 'unjudged' | 'blanked' | 'alike' | 'unlike' {
  const { base, capacity } = auditOf(history)
  const { target, hash, known, untold, bits, last, isPurged, purged, purgedBy } = foldedOf(history)
  const inRoom = room[row] ?? 0
  const [at, as] = [seq[row] ?? 0, rev[row] ?? 0]
  if (at < 1 || as < at || as >= (capacity[inRoom] ?? 0)) return 'unjudged'
  const [cell, end] = [(base[inRoom] ?? 0) + at, (base[inRoom] ?? 0) + as]
  // A message that isn't stored there, or a rev that changes another one, is for sequence and no-phantom, unless it is told as of no change at all.
  if (target[cell] !== cell) return 'unjudged'
  if (untold[cell] === 1) return 'unjudged'
  const isStub = ((layer[row] ?? 0) & stubBit) !== 0
  const isHidden = (cellOfChange: number): boolean => isStub && ((bits[cellOfChange] ?? 0) & foldBits.held) !== 0
  // A client that sees the purge takes it for the last change of the message; in the store that stays the one before.
  if (end === purgedBy[cell]) return value[row] === purged[cell] || isHidden(last[cell] ?? -1) ? 'alike' : 'unlike'
  if (target[end] !== cell) return 'unlike'
  if (isPurged[cell] === 1 && value[row] === purged[cell]) return 'alike'
  if (isHidden(end)) return 'alike'
  if (known[end] === 0) return 'blanked'
  return value[row] === hash[end] ? 'alike' : 'unlike'
}

function rowStory(history: History, row: number, closing: string): Story {
  const { message, room, seq, rev, client } = history.columns
  const { base, storedAt } = auditOf(history)
  const { row: changeRow } = foldedOf(history)
  const cells = base[room[row] ?? 0] ?? 0
  const own = storedAt[cells + (seq[row] ?? 0)] ?? message[row] ?? -1
  const change = changeRow[cells + (rev[row] ?? 0)] ?? -1
  const title = own < 0 ? `seq ${seq[row]} of ${history.rooms[room[row] ?? -1]}` : messageTitle(history, own)
  const rows = change === -1 || change === row ? [row] : [row, change]
  return tell(history, { title, message: own < 0 ? null : own, recipient: client[row] ?? -1, rows, closing })
}
