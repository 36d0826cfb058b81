/** Presence of a node's own connections, with each stored beat in the journal. */
import { presenceBits } from '../journal-rows.ts'
import { LastSeen } from './last-seen.ts'
import { presenceOf } from './presence.ts'
import type { EntryFlow } from './entry-flow.ts'
import type { Foundation } from './foundation.ts'
import type { NodeParts } from './parts.ts'
import type { Presence } from './presence.ts'

export function journaledPresence(
  { configuration, metrics, store, nowMs, onError }: Foundation,
  { presence, teller, journal }: NodeParts,
  { rooms, roomsWithSockets }: EntryFlow,
): Presence {
  return presenceOf({
    store: presence,
    lastSeen: new LastSeen(store.users),
    teller,
    timing: configuration.presence,
    servedRooms: () => roomsWithSockets().flatMap((roomId) => rooms.opened(roomId) ?? []),
    nowMs,
    onError,
    onBeat(connections, isSure) {
      const unsure = isSure ? 0 : presenceBits.unconfirmed
      for (const { user, number: seq, idle } of connections) journal.write('beatStored', { seq, user, extra: unsure | (idle ? presenceBits.idle : 0) })
    },
    onGone(connections, isSure) {
      for (const { user, number: seq } of connections) journal.write('presenceGone', { seq, user, extra: isSure ? 0 : presenceBits.unconfirmed })
    },
    onFailure: () => metrics.presenceFailed(),
  })
}
