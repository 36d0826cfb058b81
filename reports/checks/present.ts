/** Who was expected at the end, and who was there. */
import type { History } from '../history/history.ts'
import { membershipOf } from './membership.ts'
import { once } from './once.ts'

/** By client: 1 when the run expects it to be connected at the end. */
export const expectedOf = once((history: History): Uint8Array => {
  const expected = new Uint8Array(history.clients.length)
  const { client, value } = history.columns
  for (const row of history.rowsOf('expected')) expected[client[row] ?? -1] = value[row] === 1 ? 1 : 0
  return expected
})

/**
 * By client: 1 when it is connected and has completed, in its last session, every sync that it began by `atNs` of a room that it didn't leave.
 */
export function syncedAt(history: History, atNs: number): Uint8Array {
  const { client, session, room, tNs, kind } = history.columns
  /** Sessions that last, by the room that they carry. */
  const connected = history.clients.map(() => new Map<number, number>())
  const open = history.clients.map(() => new Set<number>())
  const rows = ['connect', 'disconnect', 'syncBegin', 'syncComplete', 'syncReset'].flatMap((name) => [...history.rowsOf(name)].map((row) => ({ name, row })))
  for (const { name, row } of rows.sort((a, b) => a.row - b.row)) {
    if ((tNs[row] ?? 0) > atNs || kind[row] === undefined) break
    const [own, about] = [client[row] ?? -1, room[row] ?? -1]
    if (name === 'connect') {
      connected[own]?.set(about, session[row] ?? -1)
      if (about === -1) open[own]?.clear()
    } else if (name === 'disconnect') {
      if (connected[own]?.get(about) === session[row]) connected[own]?.delete(about)
      // Other rooms' sessions may last, but this room isn't synced any more.
      if (about !== -1) open[own]?.add(about)
    } else if (name === 'syncBegin') open[own]?.add(about)
    else open[own]?.delete(about)
  }
  const isOut = (own: number, room: number): boolean =>
    membershipOf(history)
      .of(own, room)
      ?.intervals.every((interval) => interval.to !== Infinity) === true
  return Uint8Array.from(connected, (one, own) => (one.size > 0 && [...(open[own] ?? [])].every((index) => isOut(own, index)) ? 1 : 0))
}
