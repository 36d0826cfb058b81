/** What the handlers of a socket's events need of the node. */
import type { NodeParts } from './parts.ts'
import type { PendingCursors } from './cursors.ts'
import type { EventLog } from './event-log.ts'
import type { Expiry } from './expiry.ts'
import type { Files } from './files.ts'
import type { Exclusions } from './exclusions.ts'
import type { Lease } from './lease.ts'
import type { Limits } from './limits.ts'
import type { Presence } from './presence.ts'
import type { ReplayReads } from './replay-reads.ts'
import type { Rooms } from './rooms.ts'

export interface NodeContext {
  parts: NodeParts
  rooms: Rooms
  cursors: PendingCursors
  limits: Limits
  lease: Lease
  exclusions: Exclusions
  presence: Presence
  replays: ReplayReads
  expiry: Expiry
  files: Files
  events: EventLog
  /** Seconds of CLOCK_MONOTONIC. */
  seconds: () => number
  /** Server ids: UUIDv7. */
  newId: () => string
  /** True once SIGTERM came. */
  isDraining: () => boolean
  onError: (error: unknown, during: string) => void
}
