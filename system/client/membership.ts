/** Joining and leaving, seen from the client: which rooms it follows, and when it stops. */
import type { WireEntry } from '../protocol.ts'
import type { Changes } from './changes.ts'
import { askToJoin } from './joins.ts'
import type { JoinOptions } from './joins.ts'
import type { Observer } from './observer.ts'
import type { Operations, Result } from './operations.ts'
import type { Room, Rooms } from './room.ts'

export interface MembershipOptions extends JoinOptions {
  rooms: Rooms
  operations: Operations
  changes: Changes
  observer: Pick<Observer, 'joined' | 'left'>
  userId: string
  identity: () => string
  open: (name: string, epoch: string, applied: number) => Room
  begin: (room: Room) => void
}

export type Left = Result<{ seq: number; epoch: string; duplicate: boolean }>

export interface Membership {
  joining(room: string): boolean
  join: (room: string) => Promise<void>
  leave: (room: string) => Promise<Left>
  /** The own user's stay ended with this entry, by whomever. */
  ended(room: Room, entry: Pick<WireEntry, 'seq' | 'actorId'>): void
}

export function createMembership(options: MembershipOptions): Membership {
  const { rooms, operations, changes, observer, settings, identity } = options
  const joining = new Set<string>()

  function ended(room: Room, { seq, actorId }: Pick<WireEntry, 'seq' | 'actorId'>): void {
    if (room.ended) return
    room.ended = true
    observer.left?.(room.name, seq, actorId, actorId !== options.userId)
    changes.announce()
  }

  return {
    joining: (name) => joining.has(name),
    ended,
    async join(name) {
      const followed = rooms.get(name)
      if (!followed || followed.ended) {
        joining.add(name)
        const { seq, epoch } = await askToJoin(name, identity(), options).finally(() => joining.delete(name))
        const room = options.open(name, epoch, seq - 1)
        observer.joined(name, seq, epoch)
        options.begin(room)
      }
      await changes.until(
        () => rooms.get(name)?.synced === true,
        settings.joinMs,
        () => `join of ${name}: ${options.pending()}`,
      )
    },
    async leave(name) {
      const answer = await operations.ask('leave', { room: name, operationId: identity() })
      if (answer.kind !== 'ok') return answer
      const room = rooms.get(name)
      if (room) ended(room, { seq: answer.seq, actorId: options.userId })
      return answer
    },
  }
}
