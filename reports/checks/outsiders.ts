/** What of a room was asked for and given while the asker was no member any more: after the end of its stay was acked, before it asked to join again. */
import type { History } from '../history/history.ts'
import { askEnds, asks } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf } from './audit.ts'
import { excludedOf } from './excluded.ts'
import { membershipOf } from './membership.ts'
import { pagesOf } from './pages.ts'
import { readsOf } from './reads.ts'
import { Suspects } from './suspects.ts'

/** Stretches of time outside a room, by view. */
type Outside = ReadonlyMap<number, readonly { fromNs: number; toNs: number }[]>

export function readsByOutsiders(history: History): { judged: number; found: Suspects } {
  const { tNs, kind } = history.columns
  const rooms = history.rooms.length
  const outside = outsideOf(history)
  const result = { judged: 0, found: new Suspects() }
  const judge = (client: number, room: number, begunNs: number, row: number): void => {
    result.judged++
    // A request that waits for its answer may be asked again, and by then the asker may be back.
    const endedNs = Math.max(begunNs, tNs[row] ?? NaN)
    if (outside.get(client * rooms + room)?.some(({ fromNs, toNs }) => fromNs < begunNs && endedNs < toNs) === true) result.found.add(row)
  }
  for (const page of pagesOf(history)) judge(page.client, page.room, tNs[page.askedRow] ?? NaN, page.row)
  // Pages from the newest message are among the reads, too.
  for (const { client, room, beginRow, row } of readsOf(history)) if (kind[row] !== kinds.pageRead.code) judge(client, room, tNs[beginRow] ?? NaN, row)
  for (const { client, room, beginRow, row } of otherRequests(history)) judge(client, room, tNs[beginRow] ?? NaN, row)
  return result
}

/** Beside pages: what a node answers to members of the room alone. */
const membersOnly: ReadonlySet<number> = new Set([asks.search, asks.typing, asks.focus])

/** Those that were answered, each with its `askEnded` row. */
function otherRequests(history: History): { client: number; room: number; beginRow: number; row: number }[] {
  const { client, room, seq, value, layer } = history.columns
  const begun = new Map<string, number>()
  const requestOf = (row: number): string => `${client[row]} ${seq[row]}`
  for (const row of history.rowsOf('askInvoked')) if (membersOnly.has(value[row] ?? -1) && (room[row] ?? -1) !== -1) begun.set(requestOf(row), row)
  return [...history.rowsOf('askEnded')].flatMap((row) => {
    const beginRow = begun.get(requestOf(row))
    return beginRow === undefined || layer[row] !== askEnds.ok ? [] : [{ client: client[row] ?? -1, room: room[row] ?? -1, beginRow, row }]
  })
}

/** From the ack of each end until the next join of any device of that user was asked for. */
function outsideOf(history: History): Outside {
  const { tNs, client, room } = history.columns
  const { base } = auditOf(history)
  const { ackNs } = excludedOf(history)
  const rooms = history.rooms.length
  const outside = new Map<number, { fromNs: number; toNs: number }[]>()
  const joins = history.rowsOf('joinInvoked')
  for (const [inRoom, members] of membershipOf(history).members.entries()) {
    for (const member of members) {
      const ended = member.intervals.filter((stay) => stay.to !== Infinity)
      if (ended.length === 0) continue
      const asked = [...joins].filter((row) => room[row] === inRoom && member.clients.includes(client[row] ?? -1)).map((row) => tNs[row] ?? 0)
      const stretches = ended.flatMap((stay) => {
        const fromNs = ackNs[(base[inRoom] ?? 0) + stay.to] ?? Infinity
        const toNs = Math.min(Infinity, ...asked.filter((atNs) => atNs > fromNs))
        // Subtle: a join that was asked for before the ack may have come after the end.
        const mayBeBack = toNs === Infinity && stay !== member.intervals.at(-1)
        return fromNs === Infinity || mayBeBack ? [] : [{ fromNs, toNs }]
      })
      for (const one of member.clients) outside.set(one * rooms + inRoom, stretches)
    }
  }
  return outside
}
