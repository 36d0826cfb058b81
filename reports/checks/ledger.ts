/**
 * One pass over the rows: which seqs each client saw in each room, one byte a (client, room, seq), and the few rows that look wrong.
 * Rows unlike the audit (unlike.ts) are left out. A stub stands for whichever message is at its seq. Whoever joins again follows the room from there,
 * and a client that took another's place begins with empty views.
 * A *view* is a (client, room), numbered `client * rooms + room`; its byte of a seq is `flags[from[view] + seq * step[view]]`.
 *
 *   bit 0 wire, 1 applied, 2 shown       in this session (wire) or view generation (applied, shown): the same bits as `layers`
 *   bit 3 wire, 4 applied, 5 shown       in an earlier one
 *   bit 6 excused                        skipped by a reset: owed by history, not by the view
 */
import type { History } from '../history/history.ts'
import { layers } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf, nothing, otherEntry, type Audit } from './audit.ts'
import { once } from './once.ts'
import { Suspects } from './suspects.ts'
import { fromWord, lastWord, marks, sessionWord, stepWord, stride, Views } from './views.ts'

export interface Ledger {
  /** By view; -1 for one that is not there: that client doesn't have the room and saw nothing of it. */
  from: Int32Array
  step: Int32Array
  flags: Uint8Array
  /** By view: the last seq applied in order (not by page), -1 when none. */
  last: Int32Array
  appliedRows: number
  /** Applied rows by way. */
  ways: { live: number; sync: number; range: number; page: number }
  /** Wire frames that came again in the same session, and those of an earlier session. */
  wireDuplicates: number
  redeliveries: number
  /** Applied or shown again in the same generation. */
  again: Suspects
  /** Applied with a hole before it. */
  jumped: Suspects
}

/** The byte of a view's seq; 0 for a view that is not there. */
export function marksAt({ from, step, flags }: Ledger, view: number, seq: number): number {
  const first = from[view] ?? -1
  return first < 0 ? 0 : (flags[first + seq * (step[view] ?? 1)] ?? 0)
}

export const ledgerOf = once((history: History): Ledger => {
  const audit = auditOf(history)
  const views = new Views(history, audit)
  const tally: Tally = { byLayer: new Uint32Array(256), wireDuplicates: 0, redeliveries: 0, again: new Suspects(), jumped: new Suspects() }
  const { length } = history.columns
  for (let row = ordinary(history, audit, views, tally.byLayer, 0); row < length; row = ordinary(history, audit, views, tally.byLayer, row + 1))
    unusual(history, audit, views, tally, row)
  const { byLayer, ...found } = tally
  const applied = (bits: number): number => byLayer.reduce((sum, count, layer) => ((layer & bits) !== 0 ? sum + count : sum), 0)
  return {
    from: views.column(fromWord),
    step: views.column(stepWord),
    flags: views.flags,
    last: views.column(lastWord),
    appliedRows: applied(layers.applied),
    ways: { live: applied(layers.live), sync: applied(layers.sync), range: applied(layers.range), page: applied(layers.page) },
    ...found,
  }
})

/** `byLayer`: applied deliveries by the layer column. */
type Tally = Pick<Ledger, 'wireDuplicates' | 'redeliveries' | 'again' | 'jumped'> & { byLayer: Uint32Array }

const whole = layers.wire | layers.applied | layers.shown
const wireToEarlier = 3

/**
 * The hot loop, from `start`: takes the deliveries that come as they should, and returns the first row that needs more (or the number of rows).
 * Subtle: it calls nothing, because a call in a loop makes it load where each column lies again for every row: a third of its time.
 */
function ordinary({ columns, rooms: { length: rooms } }: History, audit: Audit, { slotOf, state, flags }: Views, byLayer: Uint32Array, start: number): number {
  const { kind, layer, client, room, seq, message, session, length } = columns
  const { base, capacity, storedAt } = audit
  const [delivery, entry, syncReset, joined, replaced] = [
    kinds.delivery.code,
    kinds.entry.code,
    kinds.syncReset.code,
    kinds.joined.code,
    kinds.clientReplaced.code,
  ]
  for (let row = start; row < length; row++) {
    const code = kind[row] ?? 0
    if (code !== delivery) {
      if (code === entry || code === syncReset || code === joined || code === replaced) return row
      continue
    }
    const inRoom = room[row] ?? 0
    const at = seq[row] ?? 0
    if (at < 1 || at >= (capacity[inRoom] ?? 0)) continue
    if (storedAt[(base[inRoom] ?? 0) + at] !== message[row]) {
      if (message[row] === nothing) return row
      continue
    }
    const slot = slotOf[(client[row] ?? 0) * rooms + inRoom] ?? 0
    const word = stride * slot
    if (slot < 0 || state[word + sessionWord] !== session[row]) return row
    const came = layer[row] ?? 0
    const bits = came & whole
    const place = (state[word + fromWord] ?? 0) + at * (state[word + stepWord] ?? 1)
    const known = flags[place] ?? 0
    if ((known & (bits | ((bits & layers.wire) << wireToEarlier))) !== 0) return row
    if ((came & layers.applied) !== 0) {
      const previous = state[word + lastWord] ?? 0
      if ((came & layers.page) === 0) {
        if (at === previous + 1 || previous === -1) state[word + lastWord] = at
        else if (at > previous) return row
      }
      byLayer[came] = (byLayer[came] ?? 0) + 1
    }
    flags[place] = known | bits
  }
  return length
}

/** A row that begins something, comes again, or has a hole before it. Has no effect when it is unlike the audit. */
function unusual({ columns, rooms }: History, { base, capacity, storedAt }: Audit, views: Views, tally: Tally, row: number): void {
  const [code = 0, inRoom = 0, at = 0] = [columns.kind[row], columns.room[row], columns.seq[row]]
  const view = (columns.client[row] ?? 0) * rooms.length + inRoom
  if (code === kinds.clientReplaced.code) {
    for (let own = 0; own < rooms.length; own++) views.renew((columns.client[row] ?? 0) * rooms.length + own)
    return
  }
  if (code === kinds.syncReset.code) {
    views.reset(view, at)
    return
  }
  if (code === kinds.joined.code) {
    views.joinAgain(view, at)
    return
  }
  const isMessage = code === kinds.delivery.code
  const own = isMessage ? (columns.message[row] ?? 0) : otherEntry
  if (at < 1 || at >= (capacity[inRoom] ?? 0)) return
  const there = storedAt[(base[inRoom] ?? 0) + at] ?? nothing
  if (there !== own ? own !== nothing || there < 0 : there === nothing) return
  views.follow(view, columns.session[row] ?? 0)
  const came = columns.layer[row] ?? 0
  const known = views.add(view, at, came & whole)
  const repeated = known & came
  // A page of history that a person asked for brings again what is here.
  const isPage = (came & layers.page) !== 0
  if ((repeated & layers.wire) !== 0 && !isPage) tally.wireDuplicates++
  if ((repeated & (layers.applied | layers.shown)) !== 0) tally.again.add(row)
  if ((came & layers.wire) !== 0 && (known & marks.everOnWire) === 8 && !isPage) tally.redeliveries++
  if ((came & layers.applied) === 0) return
  if (isMessage) tally.byLayer[came] = (tally.byLayer[came] ?? 0) + 1
  if (!isPage && views.applied(view, at)) tally.jumped.add(row)
}
