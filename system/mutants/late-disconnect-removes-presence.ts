/** Presence is kept for a user, not for each connection: the end of an old connection takes along the new one that came before it. */
import type { Mutant } from './mutant.ts'

export const lateDisconnectRemovesPresence: Mutant = {
  name: 'late-disconnect-removes-presence',
  breaks: 'who has just connected again is shown as offline',
  caughtBy: ['presence'],
  experiment: 'reconnect-storm',
  node: (parts) => ({
    ...parts,
    presence: {
      ...parts.presence,
      beat: (connections, ttlMs) => parts.presence.beat(connections.map(ofUser), ttlMs),
      remove: (connections) => parts.presence.remove(connections.map(ofUser)),
    },
  }),
}

const ofUser = <T extends { user: string }>(connection: T): T => ({ ...connection, token: connection.user })
