/** All pairs of stored messages of a room, in both orders that a chat owes. */
import type { History } from '../history/history.ts'
import { statuses } from '../history/codes.ts'
import { plainEvents, type PlainEvent, storedAs } from './plain-events.ts'

/** Messages that stand before one that was acked in their room before they were invoked. */
export function overtakenInTime(history: History): Set<number> {
  const events = plainEvents(history)
  const found = new Set<number>()
  for (const invoked of firstOfEach(events, 'invoked')) {
    for (const ok of events.filter((event) => event.kind === 'ok' && event.room === invoked.room && event.atNs < invoked.atNs)) {
      const [before, after] = [storedAs(events, ok.message), storedAs(events, invoked.message)]
      if (before !== undefined && after !== undefined && before.seq > after.seq) found.add(invoked.message)
    }
  }
  return found
}

/** Messages that stand before an earlier one of their sender in their room, which had not been given up before they were first emitted. */
export function overtakenBySender(history: History): Set<number> {
  const events = plainEvents(history)
  const found = new Set<number>()
  const firsts = firstOfEach(events, 'invoked').filter((event) => history.messages.client[event.message] === event.client)
  const comesFirst = (one: PlainEvent, other: PlainEvent): boolean => one.seq < other.seq || (one.seq === other.seq && one.message < other.message)
  for (const later of firsts) {
    for (const earlier of firsts.filter((one) => one.client === later.client && one.room === later.room && comesFirst(one, later))) {
      const [before, after] = [storedAs(events, earlier.message), storedAs(events, later.message)]
      if (before === undefined || after === undefined || before.seq <= after.seq) continue
      const gaveUp = events.find((event) => event.kind === 'status' && event.message === earlier.message && event.value === statuses.failed)?.atNs ?? Infinity
      const emitted = events.find((event) => event.kind === 'attempt' && event.message === later.message)?.atNs ?? Infinity
      if (gaveUp >= emitted) found.add(later.message)
    }
  }
  return found
}

function firstOfEach(events: readonly PlainEvent[], kind: PlainEvent['kind']): PlainEvent[] {
  const all = events.filter((event) => event.kind === kind && event.message >= 0)
  return all.filter((event) => all.find((other) => other.message === event.message) === event)
}
