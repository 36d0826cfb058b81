/** Every step of a status against a list of all legal ones, and the last one of each message against what was stored and applied. */
import type { History } from '../history/history.ts'
import { statuses } from '../history/codes.ts'
import { isMemberAt, staysFrom } from './membership.ts'
import { plainEvents, type PlainEvent, storedAs } from './plain-events.ts'
import { replayView } from './view-replay.ts'

/** `from>to`, from nothing at the beginning. */
const legal = new Set(
  [
    '>queued >offline queued>sending queued>offline queued>cancelled queued>failed sending>retrying sending>offline sending>queued sending>sent sending>failed',
    'retrying>sending retrying>offline retrying>queued retrying>sent retrying>failed offline>queued offline>retrying offline>sending offline>sent',
    'offline>failed offline>cancelled sent>delivered sent>read delivered>read failed>queued failed>retrying failed>sending failed>offline failed>sent',
  ].flatMap((line) => line.split(' ')),
)
const nameOf = (value: number): string => Object.entries(statuses).find(([, code]) => code === value)?.[0] ?? `status ${value}`

/** One entry a violation, the message of each. */
export function wrongStatuses(history: History): number[] {
  const events = plainEvents(history)
  const shown = events.filter((event) => event.kind === 'status')
  const steps = shown.filter((event, index) => {
    const before = shown.slice(0, index).findLast((other) => other.message === event.message)
    const [from, to] = [before === undefined ? '' : nameOf(before.value), nameOf(event.value)]
    return from !== to && !legal.has(`${from}>${to}`)
  })
  const lasts = shown.filter((event, index) => !shown.slice(index + 1).some((other) => other.message === event.message))
  return [...steps, ...lasts.filter((event) => isUntrue(history, events, event))].map((event) => event.message)
}

function isUntrue(history: History, events: readonly PlainEvent[], { message, value }: PlainEvent): boolean {
  const stored = storedAs(events, message)
  if (value === statuses.failed) return stored !== undefined && events.some((event) => event.kind === 'failed' && event.message === message)
  if (value !== statuses.delivered && value !== statuses.read) return false
  if (stored === undefined) return true
  const { room, seq } = stored
  const sender = history.clients[history.messages.client[message] ?? -1]?.user
  const waitedFor = history.clients.filter(
    ({ user }) => user !== sender && isMemberAt(history, events, user, room, seq) && staysFrom(history, events, user, room, seq),
  )
  return waitedFor.some(({ user }) => {
    const views = [...history.clients.entries()].filter(([, other]) => other.user === user).map(([client]) => replayView(events, client, room))
    return !views.some((view) => view.everApplied.has(seq) || view.excused.has(seq))
  })
}
