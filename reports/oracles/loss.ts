/** Every owed delivery, looked for one by one. */
import type { History } from '../history/history.ts'
import { isMemberAt, staysFrom } from './membership.ts'
import { headOf, plainEvents, type PlainEvent, storedAt } from './plain-events.ts'
import { replayView, type ViewReplay } from './view-replay.ts'

export interface Missing {
  client: number
  room: number
  seq: number
  message: number
}

export function lossesOf(history: History): { owed: number; missing: Missing[] } {
  const events = plainEvents(history)
  const missing: Missing[] = []
  let owed = 0
  for (const [client, { user, rooms }] of history.clients.entries()) {
    for (const room of history.rooms.keys()) {
      const view = replayView(events, client, room)
      for (let seq = 1; seq <= headOf(events, room) && rooms.includes(history.rooms[room] ?? ''); seq++) {
        const there = storedAt(events, room, seq)
        if (there?.kind !== 'stored' || !isMemberAt(history, events, user, room, seq)) continue
        const waitedFor = isExpected(events, client) && staysFrom(history, events, user, room, seq)
        if (!waitedFor && seq > reachedBy(events, view, client, room)) continue
        owed++
        if (!view.everApplied.has(seq) && !view.excused.has(seq)) missing.push({ client, room, seq, message: there.message })
      }
    }
  }
  return { owed, missing }
}

const isExpected = (events: readonly PlainEvent[], client: number): boolean =>
  events.findLast((event) => event.kind === 'expected' && event.client === client)?.value === 1

/** How far a client that left had come: by its last sync, its watermarks, and what it applied. */
function reachedBy(events: readonly PlainEvent[], { last }: ViewReplay, client: number, room: number): number {
  const own = events.filter((event) => event.client === client && event.room === room)
  const watermarks = own.filter((event) => event.kind === 'watermark').map((event) => event.seq)
  return Math.max(-1, last, own.findLast((event) => event.kind === 'syncComplete')?.seq ?? -1, ...watermarks)
}
