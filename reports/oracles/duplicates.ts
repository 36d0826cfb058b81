/** Everything that a client applied or showed twice in one generation of a view, or with a hole before it. */
import type { History } from '../history/history.ts'
import { plainEvents, type PlainEvent } from './plain-events.ts'
import { replayView } from './view-replay.ts'

export function repeatedOf(history: History): { again: PlainEvent[]; jumped: PlainEvent[] } {
  const events = plainEvents(history)
  const views = [...history.clients.keys()].flatMap((client) => [...history.rooms.keys()].map((room) => replayView(events, client, room)))
  return { again: views.flatMap((view) => view.again), jumped: views.flatMap((view) => view.jumped) }
}
