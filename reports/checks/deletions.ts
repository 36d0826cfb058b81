/** Reads that were begun after a deletion or a removal was acked, and what they brought of the message. */
import type { History } from '../history/history.ts'
import { askEnds, asks, changeKinds, kinds, layers, recordBits } from '../history/kinds.ts'
import { auditOf } from './audit.ts'
import { pagesOf } from './pages.ts'
import { Suspects } from './suspects.ts'

/** By cell of the audit: when the deletion of the message there was acked, Infinity when none was. */
function deletedNs(history: History): Float64Array | null {
  const { message, value, tNs, room, seq } = history.columns
  const { base, storedRow, storedAt } = auditOf(history)
  let times: Float64Array | null = null
  for (const row of history.rowsOf('changeOk')) {
    if (value[row] !== changeKinds.delete && value[row] !== changeKinds.remove) continue
    const stored = storedRow[message[row] ?? -1] ?? -1
    if (stored === -1) continue
    times ??= new Float64Array(storedAt.length).fill(Infinity)
    const cell = (base[room[stored] ?? 0] ?? 0) + (seq[stored] ?? 0)
    times[cell] = Math.min(times[cell] ?? Infinity, tNs[row] ?? Infinity)
  }
  return times
}

export function readAfterDeletion(history: History): { judged: number; found: Suspects } {
  const times = deletedNs(history)
  const result = { judged: 0, found: new Suspects() }
  if (times === null) return result
  const { tNs, room, seq, layer, value } = history.columns
  const { base, capacity } = auditOf(history)
  const judge = (row: number, begunNs: number, hasContent: boolean): void => {
    const inRoom = room[row] ?? 0
    if ((seq[row] ?? 0) >= (capacity[inRoom] ?? 0) || !(begunNs > (times[(base[inRoom] ?? 0) + (seq[row] ?? 0)] ?? Infinity))) return
    result.judged++
    if (hasContent) result.found.add(row)
  }
  const isWhole = (row: number): boolean => ((layer[row] ?? 0) & recordBits.stub) === 0
  for (const page of pagesOf(history)) for (const row of page.rows) judge(row, tNs[page.askedRow] ?? NaN, isWhole(row))
  for (const { row, begunNs } of searched(history)) judge(row, begunNs, isWhole(row))
  for (const { row, begunNs } of replayed(history)) judge(row, begunNs, value[row] !== -1)
  return result
}

/** Hits of searches. Answers come in the order in which their requests ended. */
function* searched(history: History): Generator<{ row: number; begunNs: number }> {
  const { client, seq, value, layer, tNs } = history.columns
  const asked = new Map<string, number>()
  const answered = new Map<number, number[]>()
  const current = new Map<number, number>()
  const rows = ['askInvoked', 'askEnded', 'searchRead', 'pageRead', 'readMessage'].flatMap((name) => [...history.rowsOf(name)].map((row) => ({ name, row })))
  for (const { name, row } of rows.sort((a, b) => a.row - b.row)) {
    const own = client[row] ?? -1
    const request = `${own} ${seq[row]}`
    if (name === 'askInvoked' && value[row] === asks.search) asked.set(request, tNs[row] ?? NaN)
    else if (name === 'askEnded' && value[row] === asks.search) {
      if (layer[row] === askEnds.ok) answered.set(own, [...(answered.get(own) ?? []), asked.get(request) ?? NaN])
      asked.delete(request)
    } else if (name === 'searchRead') current.set(own, answered.get(own)?.shift() ?? NaN)
    else if (name === 'pageRead') current.delete(own)
    else if (name === 'readMessage' && current.has(own)) yield { row, begunNs: current.get(own) ?? NaN }
  }
}

/** Messages that came by a sync or a range, with the time at which the client last asked for one in that room. */
function* replayed(history: History): Generator<{ row: number; begunNs: number }> {
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
    else if (((layer[row] ?? 0) & (layers.sync | layers.range)) !== 0 && ((layer[row] ?? 0) & layers.wire) !== 0) yield { row, begunNs: begunNs[view] ?? NaN }
  }
}
