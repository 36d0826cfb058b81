/** Reads of a room up to its head: syncs that were answered, and pages from the newest message; each with the time at which it was begun. */
import type { History } from '../history/history.ts'
import { once } from './once.ts'
import { pagesOf } from './pages.ts'

export interface Read {
  client: number
  room: number
  beginRow: number
  /** The row of its answer. */
  row: number
  /** The seq up to which the room was read. */
  head: number
}

/** In the order in which they were begun. */
export const readsOf = once((history: History): readonly Read[] => {
  const pages = pagesOf(history)
    .filter((page) => page.newest && page.askedRow !== -1)
    .map(({ client, room, askedRow, row, to }): Read => ({ client, room, beginRow: askedRow, row, head: to }))
  return [...syncs(history), ...pages].sort((a, b) => a.beginRow - b.beginRow)
})

/** Answered in the session in which they were begun, by the head of a reset or of the end. */
function syncs(history: History): Read[] {
  const { client, session, room, seq } = history.columns
  const rooms = history.rooms.length
  const begun = new Int32Array(history.clients.length * rooms).fill(-1)
  const reads: Read[] = []
  const rows = ['syncBegin', 'syncReset', 'syncComplete'].flatMap((name) => [...history.rowsOf(name)].map((row) => ({ row, begins: name === 'syncBegin' })))
  for (const { row, begins } of rows.sort((a, b) => a.row - b.row)) {
    const [own = -1, inRoom = -1] = [client[row], room[row]]
    const view = own * rooms + inRoom
    const beginRow = begun[view] ?? -1
    begun[view] = begins ? row : -1
    if (!begins && beginRow !== -1 && session[beginRow] === session[row]) reads.push({ client: own, room: inRoom, beginRow, row, head: seq[row] ?? 0 })
  }
  return reads
}
