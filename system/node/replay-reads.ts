/** What replays read from the store. When a node or a balancer goes, all members of a room come back at once and ask for the same. */
import { sharedReads } from './shared-reads.ts'
import { completed } from './showing.ts'
import type { WireEntry } from '../protocol.ts'
import type { ChangedCursor } from './cursors.ts'
import type { LogStore, Window } from './log-store.ts'
import type { NodeParts } from './parts.ts'

export interface ReplayReads {
  /** The page must be shown right after it, in one step with the check of membership. Rejects when the store doesn't answer. */
  page(window: Window): Promise<readonly WireEntry[]>
  /** All cursors of a room. */
  cursors(roomId: string): Promise<readonly ChangedCursor[]>
}

/** Of each kind; together they leave connections of the store's driver to sends. */
const readsAtOnce = 8

export function replayReadsOf(log: Pick<LogStore, 'readWindow' | 'findMessages'>, receipts: Pick<NodeParts['receipts'], 'changed'>): ReplayReads {
  return {
    page: sharedReads(
      async (window: Window) => completed(log, await log.readWindow(window)),
      ({ roomId, epoch, after, upTo }) => `${roomId} ${epoch} ${after} ${upTo}`,
      readsAtOnce,
    ),
    cursors: sharedReads(
      (roomId: string) => receipts.changed([roomId], null),
      (roomId) => roomId,
      readsAtOnce,
    ),
  }
}
