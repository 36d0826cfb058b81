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

/** By view: what the connection has told of the room. Nothing of an earlier connection counts. */
class Told {
  readonly #session: Int32Array
  readonly #isOut: Uint8Array
  readonly #seq: Int32Array

  constructor(views: number) {
    this.#session = new Int32Array(views).fill(-1)
    this.#isOut = new Uint8Array(views)
    this.#seq = new Int32Array(views)
  }

  #follow(view: number, session: number): void {
    if (this.#session[view] === session) return
    this.#session[view] = session
    this.#isOut[view] = 0
    this.#seq[view] = 0
  }

  reach(view: number, session: number, seq: number): void {
    this.#follow(view, session)
    if (seq > (this.#seq[view] ?? 0)) this.#seq[view] = seq
  }

  /** Whether its own stay has ended. */
  end(view: number, session: number, isOut: boolean): void {
    this.#follow(view, session)
    this.#isOut[view] = isOut ? 1 : 0
  }

  /** `seq`: the highest that it told of. */
  at(view: number, session: number): { isOut: boolean; seq: number } {
    this.#follow(view, session)
    return { isOut: this.#isOut[view] === 1, seq: this.#seq[view] ?? 0 }
  }
}

export function typistsShown(history: History): { judged: number; found: readonly Denied[] } {
  const { kind, client, room, session, seq, layer, length } = history.columns
  const result: { judged: number; found: Denied[] } = { judged: 0, found: [] }
  if (history.rowsOf('typingShown').length === 0) return result
  const rooms = history.rooms.length
  const told = new Told(history.clients.length * rooms)
  const fault = faultsOf(history)
  for (let row = 0; row < length; row++) {
    if ((room[row] ?? -1) < 0 || (client[row] ?? -1) < 0) continue
    const view = (client[row] ?? 0) * rooms + (room[row] ?? 0)
    const on = session[row] ?? -1
    switch (kind[row]) {
      case kinds.delivery.code:
      case kinds.entry.code:
        if (((layer[row] ?? 0) & layers.wire) !== 0 && ((layer[row] ?? 0) & folded) !== 0) told.reach(view, on, seq[row] ?? 0)
        break
      case kinds.left.code:
        told.end(view, on, true)
        break
      case kinds.joinInvoked.code:
      case kinds.joined.code:
      case kinds.syncBegin.code:
        told.end(view, on, false)
        break
      case kinds.typingShown.code: {
        if ((seq[row] ?? 0) === 0) break
        result.judged++
        const why = fault(row, told.at(view, on))
        if (why !== null) result.found.push({ row, why })
        break
      }
      default:
    }
  }
  return result
}

function faultsOf(history: History): (row: number, told: ReturnType<Told['at']>) => string | null {
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
