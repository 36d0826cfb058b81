/** What is known of other people at this moment: their presence and who is typing. Nothing of it outlives a connection. */
import type { PresenceView, ServerToClient } from '../protocol.ts'
import type { Observer } from './observer.ts'

export interface Others {
  presence: ServerToClient['presence']
  typing: ServerToClient['typing']
  /** `unknown` when nobody has told. */
  presenceOf: (user: string) => PresenceView
  typingIn(room: string): readonly string[]
  lost(): void
}

const unknown: PresenceView = { state: 'unknown', lastSeenAt: null }
const nobody: readonly string[] = []

export function createOthers(observer: Pick<Observer, 'presence' | 'typing'>, changed: () => void): Others {
  const presences = new Map<string, PresenceView>()
  const typists = new Map<string, readonly string[]>()
  return {
    presence({ users }) {
      for (const [user, view] of Object.entries(users)) {
        presences.set(user, view)
        observer.presence?.(user, view)
      }
      changed()
    },
    typing({ room, users }) {
      if (users.length === 0) typists.delete(room)
      else typists.set(room, users)
      observer.typing?.(room, users)
      changed()
    },
    presenceOf: (user) => presences.get(user) ?? unknown,
    typingIn: (room) => typists.get(room) ?? nobody,
    lost() {
      presences.clear()
      typists.clear()
    },
  }
}
