/**
 * Messages that a search left out: it asked for the words that a body of a run begins with, after that message had been acked, and brought fewer hits than it
 * might. Judged are messages that nothing was done to, inside the only or last stay of the asker.
 */
import type { History } from '../history/history.ts'
import { asks, askEnds } from '../history/codes.ts'
import { auditOf } from './audit.ts'
import { foldedOf } from './folded.ts'
import { membershipOf } from './membership.ts'
import { operationsOf } from './operations.ts'

export interface Unfound {
  /** `searchRead` row. */
  row: number
  message: number
}

/** As the load asks: client and counter of the message. */
const wordsOfOne = /^sd1 (\d+) (\d+)$/

export function unfoundBy(history: History): { judged: number; found: readonly Unfound[] } {
  const { client, room, seq, rev, value, layer, message, tNs } = history.columns
  const messageOf = messageNamed(history)
  const result: { judged: number; found: Unfound[] } = { judged: 0, found: [] }
  for (const rows of rowsByClient(history)) {
    const begun = new Map<number, number>()
    const answered: number[] = []
    for (const [index, { name, row }] of rows.entries()) {
      if (name === 'askInvoked') begun.set(seq[row] ?? -1, tNs[row] ?? NaN)
      if (name === 'askEnded' && layer[row] === askEnds.ok) answered.push(begun.get(seq[row] ?? -1) ?? NaN)
      if (name !== 'searchRead') continue
      // Answers are recorded right after the end of their requests, in the same order.
      const begunNs = answered.shift() ?? NaN
      const wanted = messageOf(history.names[value[row] ?? -1] ?? '')
      const hits = seq[row] ?? 0
      if (wanted === -1 || hits >= (rev[row] ?? -1) || !mustFind(history, wanted, client[row] ?? -1, room[row] ?? -1, begunNs)) continue
      result.judged++
      if (!rows.slice(index + 1, index + 1 + hits).some((one) => message[one.row] === wanted)) result.found.push({ row, message: wanted })
    }
  }
  return result
}

interface NamedRow {
  name: 'askInvoked' | 'askEnded' | 'searchRead' | 'readMessage'
  row: number
}

/** What tells of searches, by client, in order. */
function rowsByClient(history: History): NamedRow[][] {
  const { client, value, layer } = history.columns
  const byClient = history.clients.map((): NamedRow[] => [])
  if (history.rowsOf('searchRead').length === 0) return byClient
  for (const name of ['askInvoked', 'askEnded', 'searchRead', 'readMessage'] as const)
    for (const row of history.rowsOf(name)) {
      const isAsk = name === 'askInvoked' || name === 'askEnded'
      if (isAsk ? value[row] === asks.search : name === 'searchRead' || ((layer[row] ?? 0) & bySearch) !== 0) byClient[client[row] ?? -1]?.push({ name, row })
    }
  for (const rows of byClient) rows.sort((a, b) => a.row - b.row)
  return byClient
}

/** The bit of `layer` in `readMessage`. */
const bySearch = 4

/** Dense index by the words; -1 for none. */
function messageNamed({ messages }: History): (query: string) => number {
  const byIdentity = new Map<string, number>()
  for (let index = 0; index < messages.length; index++) byIdentity.set(`${messages.client[index]} ${messages.counter[index]}`, index)
  return (query) => {
    const words = wordsOfOne.exec(query)
    return words === null ? -1 : (byIdentity.get(`${words[1]} ${words[2]}`) ?? -1)
  }
}

function mustFind(history: History, message: number, client: number, room: number, begunNs: number): boolean {
  const { storedRow, base } = auditOf(history)
  const stored = storedRow[message] ?? -1
  const ackNs = history.columns.tNs[operationsOf(history).okRow[message] ?? -1] ?? NaN
  if (stored === -1 || (room !== -1 && history.columns.room[stored] !== room) || !(ackNs < begunNs)) return false
  const { last, isPurged } = foldedOf(history)
  const [inRoom, at] = [history.columns.room[stored] ?? 0, history.columns.seq[stored] ?? 0]
  const cell = (base[inRoom] ?? 0) + at
  const stay = membershipOf(history).of(client, inRoom)?.intervals.at(-1)
  return last[cell] === cell && isPurged[cell] === 0 && stay !== undefined && stay.to === Infinity && stay.from < at
}
