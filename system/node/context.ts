/** What the handlers of a socket's events need of the node. */
import type { NodeParts } from './parts.ts'
import type { PendingCursors } from './cursors.ts'
import type { SendLimit } from './limits.ts'
import type { Rooms } from './rooms.ts'

export interface NodeContext {
  parts: NodeParts
  rooms: Rooms
  cursors: PendingCursors
  limit: SendLimit
  /** Server ids: UUIDv7. */
  newId: () => string
  /** True once SIGTERM came. */
  isDraining: () => boolean
  onError: (error: unknown, during: string) => void
}
