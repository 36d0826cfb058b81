/** Folded membership is saved on a real store: by few writes however many join at once, by two nodes, and never a step back. */
import { expect, test } from 'vitest'
import { components } from '../components/table.ts'
import { openSurroundings } from './fixtures/real-nodes.ts'
import { intervalsOf } from './folds.ts'
import { logStoreOf } from './log-store.ts'
import { roomsOf } from './rooms.ts'
import { indexesOf, openStore } from './store.ts'
import type { Rooms } from './rooms.ts'
import type { Store } from './store.ts'

const roomsAt = (store: Store, node: string): Rooms =>
  roomsOf(
    store,
    { log: logStoreOf(store.log, store.audits), node, nowMs: Date.now, onFolded() {}, onCommitted() {}, onError: (error) => Promise.reject(error) },
    () => 'epoch',
  )

async function joined(rooms: Rooms, user: string): Promise<void> {
  const room = await rooms.create('r')
  const outcome = await room.append({ id: `join ${user}`, actorId: user, operationId: `join ${user}`, attempt: 1, kind: 'join', payload: { userId: user } })
  if (!outcome.ok) throw new Error(outcome.error.message)
  await rooms.save(room)
}

test('two hundred joins at once at two nodes take less than two writes of members each, and a cold open finds all of them', async () => {
  await using surroundings = await openSurroundings('room-saving')
  const mongo = await surroundings.startComponent(components.mongo)
  const store = openStore(mongo.url.href, 'chat', { monitorCommands: true })
  let memberWrites = 0
  store.client.on('commandStarted', ({ command }) => {
    if (command['update'] === 'memberships') memberWrites += command['updates'].length
  })
  try {
    await indexesOf(store).roomSeq()
    const [first, second] = [roomsAt(store, 'node-1'), roomsAt(store, 'node-2')]
    const users = Array.from({ length: 200 }, (_, index) => `user-${index}`)
    await Promise.all(users.map((user, index) => joined(index % 2 === 0 ? first : second, user)))

    const room = await roomsAt(store, 'node-3').open('r')
    expect(room?.head).toBe(users.length)
    expect(intervalsOf(room?.membership ?? new Map())).toHaveLength(users.length)
    expect((await store.memberships.find({ roomId: 'r', current: true }).toArray()).map(({ userId }) => userId).toSorted()).toEqual(users.toSorted())
    expect(memberWrites).toBeGreaterThanOrEqual(users.length)
    // Each node saves every member that it has folded.
    expect(memberWrites).toBeLessThanOrEqual(2 * users.length)
  } finally {
    await store.client.close()
  }
})

test('a node that is behind does not take back what another one has saved, and is told of no error', async () => {
  await using surroundings = await openSurroundings('room-saving-behind')
  const mongo = await surroundings.startComponent(components.mongo)
  const store = openStore(mongo.url.href, 'chat')
  try {
    await indexesOf(store).roomSeq()
    const [behind, ahead] = [roomsAt(store, 'node-1'), roomsAt(store, 'node-2')]
    const old = await behind.create('r')
    await old.append({ id: 'i1', actorId: 'ann', operationId: 'o1', attempt: 1, kind: 'join', payload: { userId: 'ann' } })
    const room = await ahead.create('r')
    await room.append({ id: 'i2', actorId: 'ann', operationId: 'o2', attempt: 1, kind: 'leave', payload: { userId: 'ann' } })
    await ahead.save(room)
    await behind.save(old)
    expect(await store.memberships.findOne({ userId: 'ann' })).toMatchObject({ current: false, foldedSeq: 2 })
    expect(await store.rooms.findOne({ _id: 'r' })).toMatchObject({ foldedThrough: 2 })
  } finally {
    await store.client.close()
  }
})
