/** Which sockets get an entry that reaches this node: in order, late, behind a gap, about a held message, past the lease. */
import { expect, test } from 'vitest'
import { entryOf, systemActor, wireOf } from './entries.ts'
import { memoryLog } from './fixtures/memory-log.ts'
import { relayingOf } from './relaying.ts'
import { RoomLog } from './room-log.ts'
import type { Intent } from './entries.ts'
import type { Membership } from './folds.ts'
import type { WireEntry } from '../protocol.ts'

const users = ['ann', 'bob', 'carl']
const membership = (): Membership =>
  new Map(
    users.map((user, index) => [user, { role: index === 0 ? 'owner' : 'member', intervals: [{ joinedSeq: index + 1, leftSeq: null }], foldedSeq: index + 1 }]),
  )

/** Three members, and what their sockets got: `everybody` is one broadcast. The log is stored as it is made; nothing is published by itself. */
function setUp() {
  const { log, stored } = memoryLog()
  const got: string[] = []
  let isHeld = true
  let isOpen = true
  const room = new RoomLog({
    roomId: 'r',
    epoch: 'e',
    membership: membership(),
    held: new Set(),
    isClosed: false,
    foldedThrough: 3,
    log,
    node: 'n',
    nowMs: () => 1,
    onFolded: (_, entry) => relaying.folded(entry),
    onCommitted() {},
    onError() {},
  })
  const textOf = (entry: WireEntry) => `${entry.seq}${entry.message === undefined ? '' : `:${entry.message.body}`}`
  const relaying = relayingOf({
    fanout: {
      relay(entry, shownTo) {
        if (shownTo === undefined) got.push(`everybody ${textOf(entry)}`)
        for (const user of users) {
          const shown = shownTo?.(user) ?? null
          if (shown !== null) got.push(`${user} ${textOf(shown)}`)
        }
      },
    },
    lease: { isHeld: () => isHeld },
    rooms: { opened: () => (isOpen ? room : undefined) },
    onError() {},
  })
  let ids = 0
  const store = async (intent: Pick<Intent, 'kind' | 'actorId'> & Partial<Intent>, previousRev?: number): Promise<WireEntry> => {
    const id = `i${++ids}`
    const entry = entryOf({ id, operationId: id, attempt: 1, ...intent }, { roomId: 'r', epoch: 'e', seq: 3 + ids, previousRev }, 'other', 1)
    await log.insertBatch([entry])
    return wireOf(entry)
  }
  const say = (actorId: string, body: string) =>
    store({
      kind: 'message',
      actorId,
      message: { senderId: actorId, deviceId: 'd', clientMessageId: 'c', clientSeq: 1, type: 'text', body, clientCreatedAt: 0 },
    })
  const judge = () => store({ kind: 'upload-state', actorId: systemActor, messageId: 'i1', payload: { uploadId: 'u', state: 'clean' } }, 4)
  return { room, relaying, got, store, say, judge, stored, lose: () => (isHeld = false), close: () => (isOpen = false) }
}

test('in order: to everybody at once', async () => {
  const { relaying, got, say } = setUp()
  await relaying.published(await say('ann', 'one'))
  await relaying.published(await say('ann', 'two'))
  expect(got).toEqual(['everybody 4:one', 'everybody 5:two'])
})
test('behind a gap: after the fold of what is missing, and not to whom that put out', async () => {
  const { relaying, got, say, store, room } = setUp()
  await store({ kind: 'leave', actorId: 'ann', payload: { userId: 'bob' } })
  await relaying.published(await say('ann', 'behind his back'))
  expect([got, room.head]).toEqual([['ann 5:behind his back', 'carl 5:behind his back'], 5])
})
test('late, after the user came back: still not to whom it was not for', async () => {
  const { relaying, got, say, store, room } = setUp()
  await store({ kind: 'leave', actorId: 'bob', payload: { userId: 'bob' } })
  const late = await say('ann', 'while he was away')
  await store({ kind: 'join', actorId: 'bob' })
  await room.catchUp()
  await relaying.published(late)
  expect(got).toEqual(['ann 5:while he was away', 'carl 5:while he was away'])
})
test('late, when it is held meanwhile: whole to its author and moderators only', async () => {
  const { relaying, got, say, store, room } = setUp()
  const doubtful = await say('carl', 'doubtful')
  await store({ kind: 'moderate', actorId: 'ann', messageId: doubtful.id, payload: { action: 'hold' } }, 4)
  await room.catchUp()
  await relaying.published(doubtful)
  expect(got).toEqual(['ann 4:doubtful', 'bob 4:null', 'carl 4:doubtful'])
})
test('past the lease: to nobody', async () => {
  const { relaying, got, say, lose } = setUp()
  const entry = await say('ann', 'one')
  lose()
  await relaying.published(entry)
  expect(got).toEqual([])
})
test('a verdict that nobody published: found behind the next message, and told before it', async () => {
  const { relaying, got, say, judge } = setUp()
  await relaying.published(await say('ann', 'with a file'))
  await judge()
  await relaying.published(await say('bob', 'after the verdict'))
  expect(got).toEqual(['everybody 4:with a file', 'everybody 5', 'ann 6:after the verdict', 'bob 6:after the verdict', 'carl 6:after the verdict'])
})
test('a verdict that a node appended and published: told once', async () => {
  const { relaying, got, say, judge, room } = setUp()
  await relaying.published(await say('ann', 'with a file'))
  const verdict = await judge()
  await room.catchUp()
  relaying.committed(verdict)
  await relaying.published(verdict)
  expect(got).toEqual(['everybody 4:with a file', 'everybody 5'])
})
test('a verdict of long ago, folded while the room is opened: told to nobody', async () => {
  const { got, say, judge, room, close } = setUp()
  close()
  await say('ann', 'with a file')
  await judge()
  await room.catchUp()
  expect([got, room.head]).toEqual([[], 5])
})
