/**
 * Rule: once every client has gone there is no more of anything than before the first one came: sockets and their rooms on each node that still runs, keys in
 * Redis that never expire, temporary files, and objects that no upload and no archive names. And no client that was there at the end of settle has a message
 * left in its outbox.
 * Excused: keys with a TTL, which go by themselves, and a short list that is meant to stay and is left out by whoever counts; what was there before; a place
 * that was counted only once, which is a node that was not there before or after; outboxes of clients that had gone.
 * Population: places counted twice, and present clients.
 * Unknown: when nothing was counted afterwards, and, for outboxes, while a fault was not healed.
 * Can't see: memory, handles and timers of processes; rows in MongoDB that nobody needs any more; a node that is not running at the end; something left where
 * something else went, since only counts are compared.
 */
import type { History } from '../history/history.ts'
import { residues, statuses } from '../history/codes.ts'
import type { Story } from '../result.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { operationsOf } from './operations.ts'
import { expectedOf } from './present.ts'
import { quiescenceOf } from './quiescence.ts'
import { messageTitle, tell } from './story.ts'

export const noResidue: Check = {
  name: 'no-residue',
  claim: 'a run leaves nothing behind in the cluster, and no present client has anything left to send',
  examine(history) {
    const { judged, grown } = grownIn(history)
    const expected = expectedOf(history)
    const outboxes = leftToSend(history, expected)
    const { doubt, overdue } = quiescenceOf(history)
    const present = expected.reduce((sum, one) => sum + one, 0)
    return conclude({
      population: judged === 0 ? 0 : judged + present,
      violations: grown.length + outboxes.length,
      figures: { places: judged, grown: grown.length, leftToSend: outboxes.length },
      evidence: [
        ...grown.map(({ before, after }) => grownStory(history, before, after)),
        ...outboxes.map((message) => tell(history, { title: messageTitle(history, message), message, closing: 'it is still in the outbox at the end' })),
      ].slice(0, exampleLimit),
      doubt: judged === 0 ? 'what the run left was not counted' : outboxes.length > 0 && grown.length === 0 ? doubt : null,
      why: outboxes.length > 0 ? overdue : null,
    })
  },
}

interface Grown {
  before: number
  after: number
}

/** Places whose count is higher afterwards, as rows. */
function grownIn(history: History): { judged: number; grown: Grown[] } {
  const { session, layer, seq, value } = history.columns
  const before = new Map<string, number>()
  const result: { judged: number; grown: Grown[] } = { judged: 0, grown: [] }
  for (const row of history.rowsOf('residue')) {
    const place = `${session[row]} ${value[row]}`
    if (layer[row] === 1) {
      before.set(place, row)
      continue
    }
    const first = before.get(place) ?? -1
    if (first === -1) continue
    result.judged++
    if ((seq[row] ?? 0) > (seq[first] ?? 0)) result.grown.push({ before: first, after: row })
  }
  return result
}

function grownStory(history: History, before: number, after: number): Story {
  const { session, value } = history.columns
  const what = Object.entries(residues).find(([, code]) => code === value[after])?.[0] ?? 'something'
  const where = history.names[session[after] ?? -1] ?? 'the cluster'
  return tell(history, { title: `${what} left on ${where}`, message: null, rows: [before, after], node: where })
}

const waiting: ReadonlySet<number> = new Set([statuses.queued, statuses.sending, statuses.retrying, statuses.offline])

/** Messages of present clients that were neither acked nor given up. */
function leftToSend(history: History, expected: Uint8Array): number[] {
  if (!history.capabilities.includes('status')) return []
  const { message, value } = history.columns
  const last = new Int32Array(history.messages.length).fill(-1)
  for (const row of history.rowsOf('status')) last[message[row] ?? -1] = value[row] ?? -1
  const left: number[] = []
  for (const [own, invoked] of operationsOf(history).invokedRow.entries())
    if (invoked !== -1 && expected[history.messages.client[own] ?? -1] === 1 && waiting.has(last[own] ?? -1)) left.push(own)
  return left
}
