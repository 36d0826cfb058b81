/** Whether a user is a member at a seq: the log is replayed from its beginning for each question. */
import type { History } from '../history/history.ts'
import { entryKinds } from '../history/codes.ts'
import { endsMembership, type PlainEvent } from './plain-events.ts'

/** Inside means after the join and before the leave; the seqs of both are outside. */
export function isMemberAt(history: History, events: readonly PlainEvent[], user: string, room: number, seq: number): boolean {
  const changes = membershipChanges(history, events, user, room)
  let inside = false
  for (const change of changes.filter((one) => one.seq < seq)) {
    if (change.value === entryKinds.join) inside = true
    else if (endsMembership(change)) inside = false
  }
  return inside && !changes.some((one) => one.seq === seq && endsMembership(one))
}

/** Whether the membership that holds at a seq is never ended. */
export function staysFrom(history: History, events: readonly PlainEvent[], user: string, room: number, seq: number): boolean {
  const ends = membershipChanges(history, events, user, room).some((one) => one.seq >= seq && endsMembership(one))
  return isMemberAt(history, events, user, room, seq) && !ends
}

function membershipChanges(history: History, events: readonly PlainEvent[], user: string, room: number): PlainEvent[] {
  return events
    .filter((event) => event.kind === 'storedEntry' && event.room === room && history.clients[event.client]?.user === user)
    .filter((event) => event.value === entryKinds.join || endsMembership(event))
    .toSorted((a, b) => a.seq - b.seq)
}
