/**
 * Rule: for rooms with a policy other than keep and for every purge in the log:
 * - what a purge took is gone: each message of its window is a stub in the store, and its entry stays at its seq (deleted before counts as gone);
 * - nothing purged is served: a page, a search, a sync or a range that was asked for after the purge was committed (and 2 s later, outside faults) brings no
 *   content of it;
 * - what is past its policy goes: a message older than the policy by two sweeps, in a room whose policy has stood as long, is a stub, unless a hold stands;
 * - everything that was purged as archived is in the archive, whole: the object is what its row says, and holds the message at the rev of the stub, with the
 *   content that was sent, or that somebody was shown at that rev;
 * - a legal hold holds: no purge is committed in a room after a hold that still stands was set (and the 2.5 s within which a purge decided before may end).
 * Excused: reads that overlap a purge may bring what it takes; a purge that was decided before the hold may end after it.
 * Population: messages under a policy or in a purge. Not applicable where every room keeps everything.
 * Unknown: without a sound audit, and when the archive names other messages than the store at its seqs: then one of the readers is wrong.
 * Can't see: copies elsewhere (backups, logs, the clients' own); holds that were lifted again before the audit; a read of something purged where no journal
 * tells when the purge was committed.
 */
import type { History } from '../history/history.ts'
import { policies, recordBits } from '../history/codes.ts'
import type { Story } from '../result.ts'
import { timers } from '../../system/protocol.ts'
import { archivesOf, type Archives } from './archives.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { excludedOf } from './excluded.ts'
import { conclude, exampleLimit, notApplicable } from './finding.ts'
import { readOfPurged } from './purged-reads.ts'
import { messageTitle, tell } from './story.ts'

const nsPerMs = 1e6
/** What was decided before a hold ends within it. */
const decidedMs = 2_500

type Wrong = 'notPurged' | 'served' | 'overdue' | 'notArchived' | 'notWhole' | 'heldPurged'
export interface Broken {
  what: Wrong
  message: number | null
  rows: readonly number[]
  why: string
}

export const retention: Check = {
  name: 'retention',
  claim: 'what a room no longer keeps is gone and, where it is archived, whole in the archive; holds hold',
  examine(history) {
    const purges = history.rowsOf('storedPurge')
    const policied = history.rowsOf('roomPolicy').filter((row) => history.columns.value[row] !== policies.keep)
    if (purges.length === 0 && policied.length === 0) return notApplicable('every room keeps everything')
    const archives = archivesOf(history)
    const found: Broken[] = []
    const purged = judgePurges(history, archives, found)
    const overdue = judgeOverdue(history, policied, found)
    judgeHolds(history, found)
    const served = readOfPurged(history)
    for (const row of served.rows) found.push({ what: 'served', message: null, rows: [row], why: 'it had been purged when this was asked for' })
    const damaged = archives.damaged.map((row): Broken => ({ what: 'notWhole', message: null, rows: [row], why: 'the archive is not what was stored' }))
    const all = [...found, ...damaged]
    const count = (what: Wrong): number => all.filter((one) => one.what === what).length
    return conclude({
      population: purged + overdue,
      violations: all.length + served.count - served.rows.length,
      figures: {
        purged,
        underPolicy: overdue,
        archives: archives.archives,
        notPurged: count('notPurged'),
        served: served.count,
        overdue: count('overdue'),
        notArchived: count('notArchived'),
        notWhole: count('notWhole'),
        heldPurged: count('heldPurged'),
      },
      evidence: all.slice(0, exampleLimit).map((one) => story(history, one)),
      doubt: auditOf(history).doubt ?? archives.doubt,
    })
  },
}

/** Every message of every purge; returns how many there are. */
function judgePurges(history: History, archives: Archives, found: Broken[]): number {
  const { room, seq, rev, value, layer } = history.columns
  const { base, capacity, storedAt, rowAt } = auditOf(history)
  let judged = 0
  for (const purge of history.rowsOf('storedPurge')) {
    const inRoom = room[purge] ?? 0
    const cells = base[inRoom] ?? 0
    for (let at = (rev[purge] ?? 0) + 1; at <= Math.min(value[purge] ?? 0, (capacity[inRoom] ?? 1) - 1); at++) {
      const message = storedAt[cells + at] ?? -1
      if (message < 0) continue
      judged++
      const stored = rowAt[cells + at] ?? -1
      if (((layer[stored] ?? 0) & recordBits.stub) === 0)
        found.push({ what: 'notPurged', message, rows: [purge, stored], why: `seq ${at} still has its content in the store` })
      if (layer[purge] !== 1) continue
      const why = archives.lackAt(inRoom, at)
      if (why !== null) found.push({ what: why.isAbsent ? 'notArchived' : 'notWhole', message, rows: [purge, ...why.rows], why: why.text })
    }
    if ((seq[purge] ?? 0) <= (value[purge] ?? 0))
      found.push({ what: 'notPurged', message: null, rows: [purge], why: 'a purge that reaches beyond itself can not have been decided' })
  }
  return judged
}

/** Messages that their room's policy should have taken by the time of the audit; returns how many are under a policy. */
function judgeOverdue(history: History, policied: Int32Array, found: Broken[]): number {
  const { room, seq, session, layer, tNs } = history.columns
  const { base, heads, storedAt, rowAt } = auditOf(history)
  const { commitNs } = excludedOf(history)
  let judged = 0
  for (const policy of policied) {
    const inRoom = room[policy] ?? 0
    const graceMs = 2 * timers.retentionSweepMs
    const dueMs = (seq[policy] ?? 0) * 1000 + graceMs
    const setMs = (session[policy] ?? -1) * 1000
    const isHeld = layer[policy] === 1
    for (let at = 1; at <= (heads[inRoom] ?? 0); at++) {
      const cell = (base[inRoom] ?? 0) + at
      if ((storedAt[cell] ?? -1) < 0) continue
      judged++
      const isStub = ((layer[rowAt[cell] ?? -1] ?? 0) & recordBits.stub) !== 0
      const ageMs = ((tNs[policy] ?? 0) - (commitNs[cell] ?? NaN)) / nsPerMs
      if (isHeld || isStub || setMs < graceMs || !(ageMs > dueMs)) continue
      const why = `seq ${at} is ${Math.round(ageMs / 1000)} s old and still there`
      found.push({ what: 'overdue', message: storedAt[cell] ?? null, rows: [policy, rowAt[cell] ?? -1], why })
    }
  }
  return judged
}

function judgeHolds(history: History, found: Broken[]): void {
  const { room, seq, session, layer, tNs } = history.columns
  const { base, capacity } = auditOf(history)
  const { commitNs } = excludedOf(history)
  for (const policy of history.rowsOf('roomPolicy')) {
    if (layer[policy] !== 1 || (session[policy] ?? -1) < 0) continue
    const inRoom = room[policy] ?? 0
    // Whole seconds were told: the hold may be up to one older.
    const setNs = (tNs[policy] ?? 0) - (session[policy] ?? 0) * 1e9
    for (const purge of history.rowsOf('storedPurge')) {
      if (room[purge] !== inRoom || (seq[purge] ?? 0) >= (capacity[inRoom] ?? 0)) continue
      const atNs = commitNs[(base[inRoom] ?? 0) + (seq[purge] ?? 0)] ?? NaN
      if (atNs > setNs + decidedMs * nsPerMs)
        found.push({ what: 'heldPurged', message: null, rows: [policy, purge], why: 'it was purged while the hold stood' })
    }
  }
}

function story(history: History, { message, rows, why }: Broken): Story {
  const { room } = history.columns
  const title = message === null ? `${history.rooms[room[rows[0] ?? -1] ?? -1] ?? 'a room'}: ${why}` : messageTitle(history, message)
  return tell(history, { title, message, rows: rows.filter((row) => row !== -1), closing: why })
}
