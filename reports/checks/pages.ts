/** The pages of history that clients read on purpose, each with the time at which it was asked for and the messages that it brought. */
import type { History } from '../history/history.ts'
import { askEnds, asks, pageAsks, traversalShift } from '../history/codes.ts'
import { once } from './once.ts'

/** The window `from < seq <= to` of a room. */
export interface Page {
  client: number
  room: number
  row: number
  from: number
  to: number
  /** Readable seqs lie below it. */
  more: boolean
  /** Asked for from the newest message. */
  newest: boolean
  /** Row of the request, -1 when it isn't known. */
  askedRow: number
  /** `readMessage` rows, in the order in which they came. */
  rows: number[]
  /** The page of this traversal that came before; null for its first. */
  before: Page | null
}

/** Nanoseconds: when the traversal that a page belongs to began; NaN when that isn't known. */
export function begunNs({ columns }: History, page: Page): number {
  let first = page
  while (first.before !== null) first = first.before
  return columns.tNs[first.askedRow] ?? NaN
}

/** In the order in which they came. A page that was asked for below another continues the traversal of that client and number. */
export const pagesOf = once((history: History): readonly Page[] => {
  const { kind, client, room, seq, rev, layer, value } = history.columns
  const rows = ['askInvoked', 'askEnded', 'pageRead', 'readMessage', 'searchRead'].flatMap((name) => [...history.rowsOf(name)].map((row) => ({ name, row })))
  const reading = history.clients.map((): Reading => ({ asked: new Map(), answered: [], page: null, last: new Map() }))
  const pages: Page[] = []
  for (const { name, row } of rows.sort((a, b) => a.row - b.row)) {
    const own = reading[client[row] ?? -1]
    if (own === undefined || kind[row] === undefined) continue
    const isPage = value[row] === asks.page
    if (name === 'askInvoked' && isPage) own.asked.set(seq[row] ?? 0, row)
    else if (name === 'askEnded' && isPage) {
      if (layer[row] === askEnds.ok) own.answered.push(own.asked.get(seq[row] ?? 0) ?? -1)
      own.asked.delete(seq[row] ?? 0)
    } else if (name === 'readMessage') own.page?.rows.push(row)
    else if (name === 'searchRead') own.page = null
    else if (name === 'pageRead') {
      const bits = layer[row] ?? 0
      const traversal = bits >> traversalShift
      const last = own.last.get(traversal) ?? null
      const continued = (bits & pageAsks.continues) !== 0 && last?.room === room[row] ? last : null
      const place = { client: client[row] ?? -1, room: room[row] ?? -1, row, from: seq[row] ?? 0, to: rev[row] ?? 0 }
      // Pages are recorded right after the end of their requests, in the same order.
      const askedRow = own.answered.shift() ?? -1
      own.page = { ...place, more: (bits & 1) !== 0, newest: (bits & pageAsks.newest) !== 0, askedRow, rows: [], before: continued }
      own.last.set(traversal, own.page)
      pages.push(own.page)
    }
  }
  return pages
})

interface Reading {
  /** Rows of the requests under way, by number. */
  asked: Map<number, number>
  /** Those that were answered and whose page is still to be told. */
  answered: number[]
  /** Whose messages are being told. */
  page: Page | null
  /** The page that each traversal read last, by its number. */
  last: Map<number, Page>
}
