/** What a person looks up: history, search, unread counts, archived entries, presence. Nothing here changes what others see. */
import type { HistoryRequest, PresenceView, WireEntry } from '../protocol.ts'
import type { Intake } from './intake.ts'
import type { Operations, Result } from './operations.ts'
import type { MessageRecord } from './records.ts'
import type { Rooms } from './room.ts'

/** `from < seq <= to` is the window that was read; `hasMore`: readable seqs lie below it. Messages in seq order. */
export type HistoryPage = Result<{ messages: MessageRecord[]; epoch: string; from: number; to: number; head: number; hasMore: boolean }>
/** Newest first. */
export type Found = Result<{ hits: { room: string; message: MessageRecord }[] }>
export type Unread = Result<{ rooms: Record<string, { count: number; readSeq: number }> }>
export type Archived = Result<{ messages: MessageRecord[]; hasMore: boolean }>
export type Presences = Result<{ users: Record<string, PresenceView> }>

export interface Reads {
  /** The window of `limit` seqs (at most 100) below `before`, above `after` or around `around`; without a cursor the newest. */
  history: (room: string, cursor: Pick<HistoryRequest, 'before' | 'after' | 'around'>, limit: number) => Promise<HistoryPage>
  /** In all rooms of the user, or in one; the last word counts as a beginning. */
  search: (query: string, options: { room?: string; limit: number }) => Promise<Found>
  unread: (rooms: string[]) => Promise<Unread>
  archived: (room: string, options: { before?: number; limit: number }) => Promise<Archived>
  presence: (users: string[]) => Promise<Presences>
}

/** The message that an entry brings, as the node read it. */
function messagesOf(entries: readonly WireEntry[]): MessageRecord[] {
  return entries.flatMap(({ id, seq, rev, at, message }) => (message ? [{ id, seq, rev, at, content: message }] : []))
}

export function createReads(operations: Operations, intake: Intake, rooms: Rooms, presences: (users: Record<string, PresenceView>) => void): Reads {
  function look(entries: readonly WireEntry[]): void {
    for (const entry of entries) intake.look(rooms.get(entry.room), entry)
  }
  return {
    async history(room, cursor, limit) {
      const page = await operations.ask('history:page', { room, ...cursor, limit })
      if (page.kind !== 'ok') return page
      const { entries, ...window } = page
      look(entries)
      return { ...window, messages: messagesOf(entries) }
    },
    async search(query, options) {
      const found = await operations.ask('search', { query, ...options })
      if (found.kind !== 'ok') return found
      look(found.hits.map(({ entry }) => entry))
      return { kind: 'ok', hits: found.hits.flatMap(({ room, entry }) => messagesOf([entry]).map((message) => ({ room, message }))) }
    },
    unread: (names) => operations.ask('unread:get', { rooms: names }),
    async archived(room, options) {
      const page = await operations.ask('archive:page', { room, ...options })
      return page.kind === 'ok' ? { kind: 'ok', messages: messagesOf(page.entries), hasMore: page.hasMore } : page
    },
    async presence(users) {
      const answer = await operations.ask('presence:get', { users })
      if (answer.kind === 'ok') presences(answer.users)
      return answer
    },
  }
}
