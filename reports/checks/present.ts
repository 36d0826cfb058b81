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
  const connected = new Int32Array(history.clients.length).fill(-1)
  const open = history.clients.map(() => new Set<number>())
  const rows = ['connect', 'disconnect', 'syncBegin', 'syncComplete', 'syncReset'].flatMap((name) => [...history.rowsOf(name)].map((row) => ({ name, row })))
  for (const { name, row } of rows.sort((a, b) => a.row - b.row)) {
    if ((tNs[row] ?? 0) > atNs || kind[row] === undefined) break
    const own = client[row] ?? -1
    if (name === 'connect') {
      connected[own] = session[row] ?? -1
      open[own]?.clear()
    } else if (name === 'disconnect') {
      if (connected[own] === session[row]) connected[own] = -1
    } else if (name === 'syncBegin') open[own]?.add(room[row] ?? -1)
    else open[own]?.delete(room[row] ?? -1)
  }
  const isOut = (own: number, room: number): boolean =>
    membershipOf(history)
      .of(own, room)
      ?.intervals.every((interval) => interval.to !== Infinity) === true
  return Uint8Array.from(connected, (one, own) => (one !== -1 && [...(open[own] ?? [])].every((index) => isOut(own, index)) ? 1 : 0))
}
