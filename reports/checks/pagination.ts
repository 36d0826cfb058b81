/**
 * Rule: a traversal of history, from its first page down, returns each message that was known before it began exactly once and in order, while others write,
 * edit and delete. Known: committed by then, and inside the reader's membership. So each page holds, in seq order and within its window, every known message
 * of the window; a page that continues another begins right below it; and one that says that nothing lies below tells the truth. The audit's own traversals
 * count, too: they return everything (or the audit is in doubt), and nothing more often than the store has it.
 * Excused: a message that was committed while the pages were read may come or not. One that was deleted still has its place, as a stub. At the edges of a
 * membership either will do.
 * Population: messages read by pages and by the audit's traversals.
 * Unknown: without a sound audit.
 * Can't see: left-out messages of which neither a journal nor an ack tells when they were committed; pages that were never answered; hits that a search leaves
 * out; what the content of a page ought to have been (intact, convergence).
 */
import type { History } from '../history/history.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { membershipOf, must, type Member } from './membership.ts'
import { operationsOf } from './operations.ts'
import { begunNs, pagesOf, type Page } from './pages.ts'
import { clientName, tell } from './story.ts'

type Fault = 'missing' | 'twice' | 'unordered' | 'outside' | 'skipped' | 'cut short'
interface Found {
  what: Fault
  /** The row of the page or message that proves it. */
  row: number
  room: number
  seq: number
  client: number
}

/** Its bit among the readers of the audit. */
const byHistory = 4

export const pagination: Check = {
  name: 'pagination',
  claim: 'whoever paged through history got each message once and in order',
  needs: ['history'],
  examine(history) {
    const pages = pagesOf(history)
    const missed = auditOf(history).skipped.filter(({ reader }) => reader === byHistory)
    const byOther = missed.map(({ room, seq }): Found => ({ what: 'missing', row: -1, room, seq, client: -1 }))
    const found = [...pages.flatMap((page) => faultsOf(history, page)), ...auditFaults(history), ...byOther]
    const byAudit = historyReads(history)
    const read = pages.reduce((sum, page) => sum + page.rows.length, 0)
    const count = (what: Fault): number => found.filter((one) => one.what === what).length
    return conclude({
      population: read + byAudit.length,
      violations: found.length,
      figures: {
        pages: pages.length,
        missing: count('missing'),
        twice: count('twice'),
        unordered: count('unordered'),
        outside: count('outside'),
        skipped: count('skipped'),
        cutShort: count('cut short'),
      },
      evidence: found.slice(0, exampleLimit).map((one) => story(history, one)),
      doubt: auditOf(history).doubt,
    })
  },
}

/** Whether a message at this seq was committed before that time and could be read by this member. */
function isKnown(history: History, member: Member, room: number, seq: number, beforeNs: number): boolean {
  const { base, storedAt } = auditOf(history)
  const own = storedAt[(base[room] ?? 0) + seq] ?? -1
  return own >= 0 && must(member, seq) && (operationsOf(history).commitNs[own] ?? NaN) < beforeNs
}

function faultsOf(history: History, page: Page): Found[] {
  const { seq } = history.columns
  const found: Found[] = []
  const { client, room } = page
  const tell = (what: Fault, at: number, row: number): number => found.push({ what, row, room, seq: at, client })
  let last = page.from
  const seen = new Set<number>()
  for (const row of page.rows) {
    const at = seq[row] ?? 0
    if (at <= page.from || at > page.to) tell('outside', at, row)
    else if (seen.has(at)) tell('twice', at, row)
    else if (at < last) tell('unordered', at, row)
    seen.add(at)
    last = Math.max(last, at)
  }
  const member = membershipOf(history).of(client, room)
  if (member === null) return found
  const capacity = auditOf(history).capacity[room] ?? 0
  const known = (at: number): boolean => at < capacity && isKnown(history, member, room, at, begunNs(history, page))
  for (let at = page.from + 1; at <= page.to; at++) if (!seen.has(at) && known(at)) tell('missing', at, page.row)
  if (page.before !== null && page.to > page.before.from) tell('twice', page.to, page.row)
  if (page.before !== null) for (let at = page.to + 1; at <= page.before.from; at++) if (known(at)) tell('skipped', at, page.row)
  if (!page.more) for (let at = 1; at <= page.from; at++) if (known(at)) tell('cut short', at, page.row)
  return found
}

/** Rows of messages that the audit's fresh clients read by history. */
const historyReads = (history: History): Int32Array => history.rowsOf('audited').filter((row) => ((history.columns.layer[row] ?? 0) & 4) !== 0)

/** Seqs that one traversal of the audit was given more often than the store has them. */
function auditFaults(history: History): Found[] {
  const { room, seq } = history.columns
  const { base, capacity, reused, storedAt } = auditOf(history)
  const left = new Int32Array(storedAt.length).fill(1)
  const cellOf = (row: number): number => (base[room[row] ?? 0] ?? 0) + (seq[row] ?? 0)
  for (const row of reused) left[cellOf(row)] = (left[cellOf(row)] ?? 0) + 1
  const found: Found[] = []
  for (const row of historyReads(history)) {
    const [inRoom = 0, at = 0] = [room[row], seq[row]]
    if (at >= (capacity[inRoom] ?? 0)) continue
    left[cellOf(row)] = (left[cellOf(row)] ?? 0) - 1
    if ((left[cellOf(row)] ?? 0) < 0) found.push({ what: 'twice', row, room: inRoom, seq: at, client: -1 })
  }
  return found
}

const texts: Readonly<Record<Fault, string>> = {
  missing: 'is not on the page of its window, though it was known before',
  twice: 'comes twice',
  unordered: 'stands behind a later one',
  outside: 'is not of the window of its page',
  skipped: 'lies between two pages and is on neither',
  'cut short': 'lies below the last page, which said that nothing does',
}

function story(history: History, { what, row, room, seq, client }: Found): ReturnType<typeof tell> {
  const { base, storedAt, storedRow } = auditOf(history)
  const own = storedAt[(base[room] ?? 0) + seq] ?? -1
  const stored = own < 0 ? -1 : (storedRow[own] ?? -1)
  const who = client === -1 ? 'the audit' : clientName(history, client)
  return tell(history, {
    title: `seq ${seq} of ${history.rooms[room]}, paged by ${who}: it ${texts[what]}`,
    message: own < 0 ? null : own,
    recipient: client,
    rows: [row, stored].filter((one) => one !== -1),
    closing: `it ${texts[what]}`,
  })
}
