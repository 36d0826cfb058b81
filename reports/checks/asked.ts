/** Messages that came because somebody asked: by page, search, sync or range, each with the time at which it was asked for. */
import type { History } from '../history/history.ts'
import { askEnds, asks, layers } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { pagesOf } from './pages.ts'

export interface Asked {
  row: number
  /** Nanoseconds; NaN when it isn't known. */
  begunNs: number
  /** A `delivery` row; else `readMessage`. */
  isDelivery: boolean
}

export function* asked(history: History): Generator<Asked> {
  const { tNs } = history.columns
  for (const page of pagesOf(history)) for (const row of page.rows) yield { row, begunNs: tNs[page.askedRow] ?? NaN, isDelivery: false }
  yield* searched(history)
  yield* replayed(history)
}

/** Hits of searches. Answers come in the order in which their requests ended. */
function* searched(history: History): Generator<Asked> {
  const { client, seq, value, layer, tNs } = history.columns
  const begun = new Map<string, number>()
  const answered = new Map<number, number[]>()
  const current = new Map<number, number>()
  const rows = ['askInvoked', 'askEnded', 'searchRead', 'pageRead', 'readMessage'].flatMap((name) => [...history.rowsOf(name)].map((row) => ({ name, row })))
  for (const { name, row } of rows.sort((a, b) => a.row - b.row)) {
    const own = client[row] ?? -1
    const request = `${own} ${seq[row]}`
    if (name === 'askInvoked' && value[row] === asks.search) begun.set(request, tNs[row] ?? NaN)
    else if (name === 'askEnded' && value[row] === asks.search) {
      if (layer[row] === askEnds.ok) answered.set(own, [...(answered.get(own) ?? []), begun.get(request) ?? NaN])
      begun.delete(request)
    } else if (name === 'searchRead') current.set(own, answered.get(own)?.shift() ?? NaN)
    else if (name === 'pageRead') current.delete(own)
    else if (name === 'readMessage' && current.has(own)) yield { row, begunNs: current.get(own) ?? NaN, isDelivery: false }
  }
}

/** Messages that came by a sync or a range, with the time at which the client last asked for one in that room. */
function* replayed(history: History): Generator<Asked> {
  const { kind, client, room, layer, tNs, length } = history.columns
  const [delivery, syncBegin, rangeAsked] = [kinds.delivery.code, kinds.syncBegin.code, kinds.rangeAsked.code]
  const rooms = history.rooms.length
  // Of a view: the time before which nothing that is still under way was asked for.
  const begunNs = new Float64Array(history.clients.length * rooms).fill(NaN)
  for (let row = 0; row < length; row++) {
    const code = kind[row]
    if (code !== delivery && code !== syncBegin && code !== rangeAsked) continue
    const view = (client[row] ?? 0) * rooms + (room[row] ?? 0)
    if (code !== delivery) begunNs[view] = tNs[row] ?? NaN
    else if (((layer[row] ?? 0) & (layers.sync | layers.range)) !== 0 && ((layer[row] ?? 0) & layers.wire) !== 0)
      yield { row, begunNs: begunNs[view] ?? NaN, isDelivery: true }
  }
}
