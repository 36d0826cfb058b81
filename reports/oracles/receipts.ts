/** Every cursor that was told or shown, against all that was told, applied and stored before it. What must be the same at the end is not judged here. */
import type { History } from '../history/history.ts'
import { entryKinds } from '../history/codes.ts'
import { headOf, isApplied, isPage, plainEvents, type PlainEvent } from './plain-events.ts'

export interface WrongCursors {
  readAheadOfDelivered: number
  aboveHead: number
  fell: number
  aheadOfApplied: number
  aheadOfTold: number
  ofNoMember: number
}

export function wrongCursors(history: History): WrongCursors {
  const events = plainEvents(history)
  const cursors = [...events.entries()].filter(([, { kind, value }]) => kind === 'watermark' || (kind === 'receipt' && isUser(history, value)))
  const count = (kind: 'watermark' | 'receipt' | null, isWrong: (cursor: PlainEvent, before: readonly PlainEvent[]) => boolean): number =>
    cursors.filter(([index, cursor]) => (kind === null || cursor.kind === kind) && isWrong(cursor, events.slice(0, index))).length
  return {
    readAheadOfDelivered: count(null, ({ seq, rev }) => Math.max(0, rev) > seq),
    aboveHead: count(null, ({ seq, room }) => seq > headOf(events, room)),
    fell: count('receipt', fellBack),
    aheadOfApplied: count('watermark', (cursor, before) => cursor.seq > appliedUpTo(cursor, before)),
    aheadOfTold: count('receipt', (cursor, before) => !wasTold(history, cursor, before)),
    ofNoMember: count('receipt', (cursor) => cursor.seq > 0 && !joinedBy(history, events, cursor)),
  }
}

const isUser = (history: History, name: number): boolean => history.clients.some(({ user }) => user === history.names[name])
const read = ({ rev }: PlainEvent): number => Math.max(0, rev)

function fellBack(cursor: PlainEvent, before: readonly PlainEvent[]): boolean {
  const born = before.findLastIndex((event) => event.kind === 'clientReplaced' && event.client === cursor.client)
  const last = before
    .slice(born + 1)
    .findLast((event) => event.kind === 'receipt' && event.client === cursor.client && event.room === cursor.room && event.value === cursor.value)
  return last !== undefined && (cursor.seq < last.seq || read(cursor) < read(last))
}

function appliedUpTo({ client, room }: PlainEvent, before: readonly PlainEvent[]): number {
  const own = before.filter((event) => event.client === client && event.room === room)
  const reached = own.filter(
    (event) =>
      event.kind === 'syncReset' || event.kind === 'joined' || ((event.kind === 'delivery' || event.kind === 'entry') && isApplied(event) && !isPage(event)),
  )
  return Math.max(0, ...reached.map(({ seq }) => seq))
}

function wasTold(history: History, cursor: PlainEvent, before: readonly PlainEvent[]): boolean {
  const told = before.filter(
    (event) => event.kind === 'watermark' && event.room === cursor.room && history.clients[event.client]?.user === history.names[cursor.value],
  )
  return told.some((event) => event.seq >= cursor.seq) && told.some((event) => read(event) >= read(cursor))
}

const joinedBy = (history: History, events: readonly PlainEvent[], cursor: PlainEvent): boolean =>
  events.some(
    (event) =>
      event.kind === 'storedEntry' &&
      event.value === entryKinds.join &&
      event.room === cursor.room &&
      event.seq <= cursor.seq + 1 &&
      history.clients[event.client]?.user === history.names[cursor.value],
  )
