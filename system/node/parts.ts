/** The seams of a node. compose.ts puts them together; a mutant or a test replaces one without touching another. */
import type { ConfirmationStore } from './confirmations.ts'
import type { ReceiptStore } from './cursors.ts'
import type { AppendOutcome, RoomLog } from './room-log.ts'
import type { Evictions } from './evictions.ts'
import type { Fanout } from './fanout.ts'
import type { FileObjects } from './file-objects.ts'
import type { Intent, StoredEntry } from './entries.ts'
import type { Journal } from './journal.ts'
import type { Keeping } from './keeping.ts'
import type { historyWindow } from './history-window.ts'
import type { Indexes } from './store.ts'
import type { LogStore, Window } from './log-store.ts'
import type { PresenceStore } from './presence-store.ts'
import type { PresenceTeller } from './presence-teller.ts'
import type { ChatSocket } from './socket-types.ts'
import type { planSync } from './sync-plan.ts'
import type { UploadStore } from './upload-store.ts'

/** When a caller is answered relative to the commit. */
export interface WritePath {
  append(room: RoomLog, intent: Intent): Promise<AppendOutcome>
}
/** Tells a room's own sockets its head. */
export interface HeartbeatTeller {
  tell(room: string, beat: { epoch: string; head: number }): void
}
/** Reads what a client asked for after it noticed a gap. */
export interface Ranges {
  read(window: Window): Promise<StoredEntry[]>
}
/** Puts a socket into a room that it may follow: from then on it gets what is committed. */
export interface Entrance {
  enter(socket: ChatSocket, room: string): void
}

export interface NodeParts {
  log: LogStore
  indexes: Indexes
  fanout: Fanout
  writePath: WritePath
  heartbeat: HeartbeatTeller
  ranges: Ranges
  receipts: ReceiptStore
  evictions: Evictions
  /** Which nodes are done with a kick or ban. */
  confirmations: ConfirmationStore
  keeping: Keeping
  journal: Journal
  presence: PresenceStore
  /** Tells sockets of other people. */
  teller: PresenceTeller
  uploads: UploadStore
  /** Null on a node without an object store. */
  objects: FileObjects | null
  entrance: Entrance
  /** What a client that comes back needs of a room. */
  planReplay: typeof planSync
  /** Which seqs a page of history covers. */
  historyWindow: typeof historyWindow
  /** Why the node can't serve now, or null; `why`: what it knows of itself. */
  unready(why: string | null): string | null
}
