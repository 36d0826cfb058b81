/**
 * Rule: (Terry et al., "Session Guarantees for Weakly Consistent Replicated Data", 1994) for each client over all its sessions, whichever nodes they are on:
 * - read your writes: a sync, and a page from the newest message, that was begun after a send, change or join of this client was done in that room reaches its
 *   seq; and a page shows a message that it changed at no older rev than that change;
 * - monotonic reads: it reaches every seq that the client had applied, and every head that it had been told, before it was begun;
 * - monotonic writes: of its own messages one that was sent after another was acked stands after it.
 * Excused: reads that overlap a write may see it or not. Rooms that the client has left by the end, writes of unknown outcome, and reads that got no answer
 * are not judged.
 * Population: reads with something before them, changed messages on pages, and messages sent after an own ack.
 * Unknown: without a sound audit. Where acks are promised from memory only, what is found is reported and fails nothing.
 * Can't see: the fourth guarantee, that writes follow reads; searches, and pages of older history (but for messages that the reader changed); what other
 * devices of the same user wrote or knew.
 */
import type { History } from '../history/history.ts'
import { layers } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { membershipOf } from './membership.ts'
import { operationsOf } from './operations.ts'
import { pagesOf } from './pages.ts'
import { readsOf, type Read } from './reads.ts'
import { clientName, tell } from './story.ts'

interface Found {
  what: 'readYourWrites' | 'monotonicReads' | 'monotonicWrites'
  title: string
  message: number | null
  rows: readonly number[]
}

export const sessionGuarantees: Check = {
  name: 'session-guarantees',
  claim: 'every client read its own writes, and never an older state than before',
  examine(history, guarantees) {
    const { population, found } = judge(history, guarantees.order !== 'none')
    const count = (what: Found['what']): number => found.filter((one) => one.what === what).length
    return conclude({
      population,
      violations: found.length,
      figures: {
        readYourWrites: count('readYourWrites'),
        monotonicReads: count('monotonicReads'),
        monotonicWrites: count('monotonicWrites'),
      },
      evidence: found.slice(0, exampleLimit).map(({ title, message, rows }) => tell(history, { title, message, rows: rows.filter((row) => row !== -1) })),
      doubt: auditOf(history).doubt,
      notPromised: guarantees.ack === 'memory' ? 'the experiment promises acks from memory only' : null,
    })
  },
}

/** By view: rows that prove the highest seq so far; -1 when none. */
interface Known {
  /** Done by this client. */
  own: Int32Array
  /** Applied by it, or told to it as a head. */
  seen: Int32Array
  /** Its acked message with the highest seq. */
  acked: Int32Array
}

function judge(history: History, ordered: boolean): { population: number; found: Found[] } {
  const { kind, client, room, length } = history.columns
  const rooms = history.rooms.length
  const noRows = (): Int32Array => new Int32Array(history.clients.length * rooms).fill(-1)
  const known: Known = { own: noRows(), seen: noRows(), acked: noRows() }
  const reads = readsOf(history)
  const changes = judgeChanges(history)
  const result = { population: changes.population, found: changes.found }
  const invoked = kinds.invoked.code
  let next = 0
  for (let row = seeDeliveries(history, known.seen, 0); row < length; row = seeDeliveries(history, known.seen, row + 1)) {
    const view = (client[row] ?? 0) * rooms + (room[row] ?? 0)
    for (; reads[next]?.beginRow === row; next++) {
      const read = reads[next]
      if (read !== undefined) judgeRead(history, read, known, view, result)
    }
    if (kind[row] === invoked && ordered) judgeWrite(history, row, known.acked[view] ?? -1, result)
    learn(history, known, row, view)
  }
  return result
}

/** By kind code: 1 for those that begin a read, write, or tell a client of a seq, deliveries apart. */
const ofSessions = new Uint8Array(256)
for (const kind of [kinds.entry, kinds.invoked, kinds.ok, kinds.changeOk, kinds.joined, kinds.syncBegin, kinds.syncComplete, kinds.askInvoked, kinds.heartbeat])
  ofSessions[kind.code] = 1

/**
 * Learns from the deliveries from `start`, most of all rows; returns the first row of another kind that matters (or the number of rows).
 * Subtle: it calls nothing, like the ledger's hot loop.
 */
function seeDeliveries({ columns, rooms: { length: rooms } }: History, seen: Int32Array, start: number): number {
  const { kind, layer, client, room, seq, length } = columns
  const delivery = kinds.delivery.code
  for (let row = start; row < length; row++) {
    const code = kind[row] ?? 0
    if (code !== delivery) {
      if (ofSessions[code] === 1) return row
      continue
    }
    if (((layer[row] ?? 0) & layers.applied) === 0) continue
    const view = (client[row] ?? 0) * rooms + (room[row] ?? 0)
    const before = seen[view] ?? -1
    if (before === -1 || (seq[before] ?? -1) < (seq[row] ?? -1)) seen[view] = row
  }
  return length
}

function judgeRead(
  history: History,
  { row, beginRow, head, client, room }: Read,
  known: Known,
  view: number,
  result: { population: number; found: Found[] },
): void {
  if (membershipOf(history).of(client, room)?.intervals.at(-1)?.to !== Infinity) return
  const [own, seen] = [known.own[view] ?? -1, known.seen[view] ?? -1]
  if (own === -1 && seen === -1) return
  result.population++
  const missed = [own, seen].find((before) => before !== -1 && seqOf(history, before) > head)
  if (missed === undefined) return
  result.found.push({
    what: missed === own ? 'readYourWrites' : 'monotonicReads',
    title: `${clientName(history, client)} reads ${history.rooms[room]} up to seq ${head}, and ${missed === own ? 'had written' : 'knew'} seq ${seqOf(history, missed)}`,
    message: null,
    rows: [missed, beginRow, row],
  })
}

function judgeWrite(history: History, row: number, acked: number, result: { population: number; found: Found[] }): void {
  const { message, seq, client } = history.columns
  const { storedRow } = auditOf(history)
  const own = message[row] ?? -1
  const stored = storedRow[own] ?? -1
  const earlier = storedRow[message[acked] ?? -1] ?? -1
  if (acked === -1 || stored === -1 || operationsOf(history).invokedRow[own] !== row) return
  result.population++
  if ((seq[earlier] ?? 0) < (seq[stored] ?? 0)) return
  const title = `${clientName(history, client[row] ?? -1)} sent a message after one of its own was acked, and it is seq ${seq[stored]} before seq ${seq[earlier]}`
  result.found.push({ what: 'monotonicWrites', title, message: own, rows: [acked, row, earlier, stored] })
}

/** The seq that a row proves: of a change the seq of its entry. */
function seqOf({ columns: { kind, seq, rev } }: History, row: number): number {
  return (kind[row] === kinds.changeOk.code ? rev[row] : seq[row]) ?? -1
}

function learn(history: History, { own, seen, acked }: Known, row: number, view: number): void {
  const { kind, layer, message, seq } = history.columns
  const { entry, ok, changeOk, joined, syncComplete, heartbeat } = kinds
  const raise = (rows: Int32Array): void => {
    const before = rows[view] ?? -1
    if (before === -1 || seqOf(history, before) < seqOf(history, row)) rows[view] = row
  }
  switch (kind[row]) {
    case entry.code:
      if (((layer[row] ?? 0) & layers.applied) !== 0) raise(seen)
      break
    case syncComplete.code:
    case heartbeat.code:
      raise(seen)
      break
    case ok.code: {
      raise(own)
      // Subtle: ordered by the seqs of the store; an ack with a seq of its own is for acked-is-stored.
      const { storedRow } = auditOf(history)
      const stored = (one: number): number => seq[storedRow[message[one] ?? -1] ?? -1] ?? -1
      if (stored(row) > stored(acked[view] ?? -1)) acked[view] = row
      break
    }
    case changeOk.code:
    case joined.code:
      raise(own)
  }
}

/** Messages on pages that the reader had changed before it asked: their rev is at least that of its change. */
function judgeChanges(history: History): { population: number; found: Found[] } {
  const { client, room, message, seq, rev } = history.columns
  const { base, storedRow } = auditOf(history)
  const result: { population: number; found: Found[] } = { population: 0, found: [] }
  /** By client, then by cell of the audit: `changeOk` rows. */
  const changes = new Map<number, Map<number, number[]>>()
  for (const row of history.rowsOf('changeOk')) {
    const stored = storedRow[message[row] ?? -1] ?? -1
    if (stored === -1 || (rev[row] ?? -1) < 1) continue
    const cell = (base[room[stored] ?? 0] ?? 0) + (seq[stored] ?? 0)
    const own = changes.get(client[row] ?? -1) ?? new Map<number, number[]>()
    changes.set(client[row] ?? -1, own.set(cell, [...(own.get(cell) ?? []), row]))
  }
  for (const page of pagesOf(history)) {
    for (const row of page.rows) {
      const changed = changes.get(page.client)?.get((base[page.room] ?? 0) + (seq[row] ?? 0)) ?? []
      const before = changed.filter((one) => one < page.askedRow)
      if (before.length === 0) continue
      result.population++
      const missed = before.find((one) => (rev[one] ?? 0) > (rev[row] ?? 0))
      if (missed === undefined) continue
      const title = `${clientName(history, page.client)} reads seq ${seq[row]} of ${history.rooms[page.room]} as of seq ${rev[row]}, and had changed it at seq ${rev[missed]}`
      result.found.push({ what: 'readYourWrites', title, message: message[missed] ?? null, rows: [missed, page.askedRow, page.row, row] })
    }
  }
  return result
}
