/**
 * Who was shown typing to whom: nobody who never was in the room, and no more once the same connection has told of the end of a stay.
 * A connection keeps the order of what a node emits, so that no clock is needed.
 */
import type { History } from '../history/history.ts'
import { layers } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { memberOfView } from './excluded.ts'
import { membershipOf } from './membership.ts'
import type { Denied } from './permitted.ts'

/** What a node reads for a live relay, a replay or a range it has folded before. A page may be ahead of that. */
const folded = layers.live | layers.sync | layers.range

/** What a connection has told a view of: nothing of an earlier connection counts. */
interface Told {
  session: number
  /** That it is out of the room. */
  isOut: boolean
  /** The highest seq. */
  seq: number
}

export function typistsShown(history: History): { judged: number; found: readonly Denied[] } {
  const { kind, client, room, session, seq, layer, length } = history.columns
  const result: { judged: number; found: Denied[] } = { judged: 0, found: [] }
  if (history.rowsOf('typingShown').length === 0) return result
  const rooms = history.rooms.length
  const told = new Map<number, Told>()
  const toldOf = (row: number): Told => {
    const view = (client[row] ?? 0) * rooms + (room[row] ?? 0)
    const known = told.get(view)
    if (known !== undefined && known.session === session[row]) return known
    const anew = { session: session[row] ?? -1, isOut: false, seq: 0 }
    told.set(view, anew)
    return anew
  }
  const fault = faultsOf(history)
  for (let row = 0; row < length; row++) {
    if ((room[row] ?? -1) < 0) continue
    switch (kind[row]) {
      case kinds.delivery.code:
      case kinds.entry.code:
        if (((layer[row] ?? 0) & layers.wire) !== 0 && ((layer[row] ?? 0) & folded) !== 0) toldOf(row).seq = Math.max(toldOf(row).seq, seq[row] ?? 0)
        break
      case kinds.left.code:
        toldOf(row).isOut = true
        break
      case kinds.joinInvoked.code:
      case kinds.joined.code:
      case kinds.syncBegin.code:
        toldOf(row).isOut = false
        break
      case kinds.typingShown.code: {
        if ((seq[row] ?? 0) === 0) break
        result.judged++
        const why = fault(row, toldOf(row))
        if (why !== null) result.found.push({ row, why })
        break
      }
      default:
    }
  }
  return result
}

function faultsOf(history: History): (row: number, told: Told) => string | null {
  const { client, room, value } = history.columns
  const { members } = membershipOf(history)
  const memberOf = memberOfView(history)
  const users = new Set(history.clients.map(({ user }) => user))
  return (row, { isOut, seq }) => {
    const inRoom = room[row] ?? -1
    const observer = history.clients[client[row] ?? -1]?.user ?? 'somebody'
    if (memberOf(client[row] ?? -1, inRoom) === null) return `${observer} was never a member`
    if (isOut) return `${observer} had been told that it is out`
    for (const user of (history.names[value[row] ?? -1] ?? '').split(',')) {
      if (!users.has(user)) continue
      const typist = members[inRoom]?.find((member) => member.user === user)
      if (typist === undefined) return `${user} was never a member`
      if ((typist.intervals.at(-1)?.to ?? Infinity) <= seq) return `${observer} had been told that ${user} is out`
    }
    return null
  }
}
