/**
 * One pass over the rows: which seqs each client saw in each room, one byte a (client, room, seq), and the few rows that look wrong.
 * Rows unlike the audit (unlike.ts) are left out.
 * A *view* is a (client, room), numbered `client * rooms + room`; its byte of a seq is `flags[from[view] + seq * step[view]]`.
 *
 *   bit 0 wire, 1 applied, 2 shown       in this session (wire) or view generation (applied, shown): the same bits as `layers`
 *   bit 3 wire, 4 applied, 5 shown       in an earlier one
 *   bit 6 excused                        skipped by a reset: owed by history, not by the view
 */
import type { History } from '../history/history.ts'
import { kinds, layers } from '../history/kinds.ts'
import { auditOf, otherEntry, type Audit } from './audit.ts'
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
  const views = new Views(history, auditOf(history))
  const byLayer = new Uint32Array(256)
  const suspects = { again: new Suspects(), jumped: new Suspects() }
  const counts = passOver(history, auditOf(history), views, byLayer, suspects)
  const applied = (bits: number): number => byLayer.reduce((sum, count, layer) => ((layer & bits) !== 0 ? sum + count : sum), 0)
  return {
    from: views.column(fromWord),
    step: views.column(stepWord),
    flags: views.flags,
    last: views.column(lastWord),
    appliedRows: applied(layers.applied),
    ways: { live: applied(layers.live), sync: applied(layers.sync), range: applied(layers.range), page: applied(layers.page) },
    ...counts,
    ...suspects,
  }
})

const whole = layers.wire | layers.applied | layers.shown

/** The hot loop: seven columns, one byte of state a row; everything rare is a call. `byLayer` gets the applied deliveries. */
function passOver(
  history: History,
  audit: Audit,
  views: Views,
  byLayer: Uint32Array,
  suspects: Pick<Ledger, 'again' | 'jumped'>,
): Pick<Ledger, 'wireDuplicates' | 'redeliveries'> {
  const { kind, layer, client, room, seq, message, session, length } = history.columns
  const [delivery, entry, syncReset] = [kinds.delivery.code, kinds.entry.code, kinds.syncReset.code]
  const { base, capacity, storedAt } = audit
  const rooms = history.rooms.length
  const { slotOf } = views
  // Subtle: `open` and `reset` may replace these; local names keep loads out of every row.
  let { flags, state } = views
  let [wireDuplicates, redeliveries] = [0, 0]
  for (let row = 0; row < length; row++) {
    const code = kind[row] ?? 0
    const isMessage = code === delivery
    if (!isMessage && code !== entry) {
      if (code !== syncReset) continue
      views.reset((client[row] ?? 0) * rooms + (room[row] ?? 0), seq[row] ?? 0)
      ;({ flags, state } = views)
      continue
    }
    const inRoom = room[row] ?? 0
    const at = seq[row] ?? 0
    const own = isMessage ? (message[row] ?? 0) : otherEntry
    if (at < 1 || at >= (capacity[inRoom] ?? 0) || storedAt[(base[inRoom] ?? 0) + at] !== own) continue
    const view = (client[row] ?? 0) * rooms + inRoom
    let slot = slotOf[view] ?? 0
    if (slot < 0) {
      slot = views.open(view)
      ;({ flags, state } = views)
    }
    const word = stride * slot
    const lastSession = state[word + sessionWord]
    if (lastSession !== session[row]) {
      if (lastSession !== -1) views.age(view, layers.wire)
      state[word + sessionWord] = session[row] ?? 0
    }
    const place = (state[word + fromWord] ?? 0) + at * (state[word + stepWord] ?? 1)
    const came = layer[row] ?? 0
    const bits = came & whole
    const known = flags[place] ?? 0
    flags[place] = known | bits
    if (known !== 0) {
      const repeated = known & bits
      if ((repeated & layers.wire) !== 0) wireDuplicates++
      if ((repeated & (layers.applied | layers.shown)) !== 0) suspects.again.add(row)
      if ((bits & layers.wire) !== 0 && (known & marks.everOnWire) === 8) redeliveries++
    }
    if ((bits & layers.applied) === 0) continue
    if (isMessage) byLayer[came] = (byLayer[came] ?? 0) + 1
    if ((came & layers.page) !== 0) continue
    const previous = state[word + lastWord] ?? 0
    if (at <= previous) continue
    if (previous !== at - 1 && previous !== -1) suspects.jumped.add(row)
    state[word + lastWord] = at
  }
  return { wireDuplicates, redeliveries }
}
