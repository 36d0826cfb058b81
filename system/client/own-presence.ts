/** What the person does at this device. A node forgets it with the connection, so it is told again after each sync. */
import type { Operations, Result } from './operations.ts'

export interface OwnPresence {
  set: (state: 'online' | 'idle') => Promise<Result>
  /** The room on the person's screen; null: none. */
  focus: (room: string | null) => Promise<Result>
  typing: (room: string, typing: boolean) => Promise<Result>
  tellAgain(): void
}

export function createOwnPresence(operations: Operations): OwnPresence {
  let state: 'online' | 'idle' = 'online'
  let focused: string | null = null
  return {
    set(next) {
      state = next
      return operations.once('presence:set', { state: next })
    },
    focus(room) {
      focused = room
      return operations.once('room:focus', { room })
    },
    // Seconds later it isn't true any more.
    typing: (room, typing) => operations.once('typing', { room, typing }),
    tellAgain() {
      if (state !== 'online') void operations.once('presence:set', { state })
      if (focused !== null) void operations.once('room:focus', { room: focused })
    },
  }
}
