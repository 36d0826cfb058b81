import { expect, test } from 'vitest'
import { PresenceWatch } from './presence-watch.ts'
import type { Membership } from './folds.ts'
import type { PresenceWatchOptions } from './presence-watch.ts'

const timing: PresenceWatchOptions['timing'] = { ttlMs: 10_000, beatMs: 3_000, typingTtlMs: 3_000, coalesceMs: 100 }
const stay = (joinedSeq: number, leftSeq: number | null = null) => ({
  role: 'member' as const,
  intervals: [{ joinedSeq, leftSeq }],
  foldedSeq: leftSeq ?? joinedSeq,
})

test('a newcomer is told who types, without who has left since the others were told', async () => {
  const membership: Membership = new Map(['ann', 'bob', 'cid'].map((user, index) => [user, stay(index + 1)]))
  const told: { users: string[]; socketId: string | undefined }[] = []
  const newcomers = new Map<string, Set<string>>()
  const watch = new PresenceWatch({
    store: {
      beat: async () => false,
      remove: async () => {},
      read: async () => ({ nowMs: 0, sinceMs: 0, beats: new Map() }),
      mark: async () => {},
      crowds: async (kind) => new Map([['room', kind === 'typing' ? ['ann', 'bob'] : []]]),
      publish: async () => {},
      onNews: () => {},
      isUp: () => true,
      close: () => {},
    },
    lastSeen: { read: async () => new Map() },
    teller: {
      changed: () => {},
      snapshot: () => {},
      crowd: (kind, _room, users, socketId) => void (kind === 'typing' && told.push({ users, socketId })),
      takeNewcomers: () => newcomers,
    },
    timing,
    servedRooms: () => [{ roomId: 'room', membership }],
    nowMs: () => 0,
    onError: () => {},
  })
  await watch.round()
  expect(told).toEqual([{ users: ['ann', 'bob'], socketId: undefined }])
  membership.set('bob', stay(2, 9))
  newcomers.set('socket-of-cid', new Set(['room:room']))
  await watch.round()
  expect(told.slice(1)).toEqual([
    { users: ['ann'], socketId: 'socket-of-cid' },
    { users: ['ann'], socketId: undefined },
  ])
})
