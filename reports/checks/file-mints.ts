/** Addresses and bytes that nodes gave for a file, by their journals, to a user whose stay does not hold the message that carries it, or was over. */
import type { History } from '../history/history.ts'
import type { Story } from '../result.ts'
import { auditOf } from './audit.ts'
import { excludedOf, isWithin } from './excluded.ts'
import { membershipOf, type Member } from './membership.ts'
import { tell } from './story.ts'

/** Nanoseconds that the row of a journal may lie behind what it tells of. */
const lateNs = 250e6

export function mintedForOutsiders(history: History): Story[] {
  const { journals, names, rooms, nodes } = history
  const { members } = membershipOf(history)
  const stories: Story[] = []
  for (const row of history.journalRowsOf('fileServed')) {
    const [room, seq, user] = [journals.room[row] ?? -1, journals.seq[row] ?? -1, names[journals.count[row] ?? -1] ?? '']
    // Whoever is no client of the run has no membership that is known.
    if (!history.clients.some((client) => client.user === user)) continue
    const member = members[room]?.find((one) => one.user === user)
    const why = faultOf(history, room, member, seq, journals.tNs[row] ?? 0)
    if (why === null) continue
    const node = nodes[journals.node[row] ?? -1] ?? null
    const what = journals.extra[row] === 1 ? 'its bytes' : 'an address'
    const title = `file ${names[journals.message[row] ?? -1] ?? '?'} (${rooms[room] ?? 'no room'}): ${node ?? 'a node'} gave ${user} ${what}, who ${why}`
    const end = member === undefined ? -1 : endRow(history, room, member)
    stories.push(tell(history, { title, message: null, node, rows: end === -1 ? [] : [end], closing: title }))
  }
  return stories
}

function faultOf(history: History, room: number, member: Member | undefined, seq: number, atNs: number): string | null {
  if (member === undefined) return 'never was in the room'
  if (seq > 0 && !isWithin(member, seq)) return `was no member at seq ${seq}, which carries it`
  const last = member.intervals.at(-1)
  if (last === undefined || last.to === Infinity) return null
  const ackNs = excludedOf(history).ackNs[(auditOf(history).base[room] ?? 0) + last.to] ?? Infinity
  return atNs > ackNs + lateNs ? 'had been put out before' : null
}

function endRow(history: History, room: number, member: Member): number {
  const to = member.intervals.at(-1)?.to ?? Infinity
  return to === Infinity ? -1 : (excludedOf(history).ackRow[(auditOf(history).base[room] ?? 0) + to] ?? -1)
}
