/** What people do to messages and to each other, by clients at two real nodes: the outcome that is told, and what everybody then shows. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openRealNodes, tokenOf } from '../node/fixtures/real-nodes.ts'
import type { RealNode, RealNodes } from '../node/fixtures/real-nodes.ts'
import { openLink } from './fixtures/link.ts'
import { connectedClient, openClient } from './fixtures/test-client.ts'
import type { TestClient, TestClientOptions } from './fixtures/test-client.ts'
import { clientParts } from './parts.ts'
import { memoryStorage } from './storage.ts'

let nodes: RealNodes
let first: RealNode
let second: RealNode
beforeAll(async () => {
  nodes = await openRealNodes('verbs')
  ;[first, second] = await nodes.startTwo()
})
afterAll(() => nodes[Symbol.asyncDispose]())

const optionsOf = (user: string, url: string, more: Partial<TestClientOptions> = {}): TestClientOptions => ({
  url,
  user,
  device: `${user}-1`,
  token: () => tokenOf(user, `${user}-1`),
  ...more,
})
const open = (user: string, url: string, more: Partial<TestClientOptions> = {}): Promise<TestClient> => connectedClient(optionsOf(user, url, more))
const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 20 })

/** Sends, and gives the server id once it is shown. */
async function say(from: TestClient, room: string, body: string): Promise<string> {
  from.client.send(room, body)
  return vi.waitFor(
    () => {
      const id = from.client
        .room(room)
        ?.messages()
        .find(({ content }) => content.body === body)?.id
      if (id === undefined) throw new Error(`${body} is not shown yet`)
      return id
    },
    { timeout: 10_000, interval: 10 },
  )
}
/** What a client shows of a room, and what the node's history says to it. */
async function agree(...clients: TestClient[]): Promise<void> {
  const room = 'records'
  for (const { client } of clients) {
    const page = await client.history(room, {}, 100)
    expect(page.kind).toBe('ok')
    if (page.kind !== 'ok') continue
    await eventually(() => expect(client.room(room)?.messages()).toEqual(page.messages))
  }
}

test('edits, reactions, replies, holds and deletions end in the same records for all, as history has them', async () => {
  await using ann = await open('ann', first.url)
  await using bob = await open('bob', second.url)
  await using cat = await open('cat', second.url)
  // The first member owns the room.
  for (const { client } of [ann, bob, cat]) await client.join('records')
  const id = await say(bob, 'records', 'helo')
  expect(await bob.client.edit('records', id, 'hello')).toMatchObject({ kind: 'ok', duplicate: false })
  expect(await cat.client.edit('records', id, 'mine now')).toEqual({ kind: 'failed', code: 'forbidden', retryable: false })
  expect(await cat.client.react('records', id, '👍')).toMatchObject({ kind: 'ok' })
  expect(await ann.client.react('records', id, '👍')).toMatchObject({ kind: 'ok' })
  expect(await cat.client.unreact('records', id, '👍')).toMatchObject({ kind: 'ok' })
  cat.client.send('records', 'an answer', { replyTo: id })
  await eventually(() => expect(ann.client.room('records')?.messages().at(-1)?.content).toMatchObject({ body: 'an answer', replyTo: id }))
  for (const { client } of [ann, bob, cat])
    await eventually(() => expect(client.room('records')?.message(id)?.content).toMatchObject({ body: 'hello', edits: 1, reactions: { '👍': ['ann'] } }))

  expect(await ann.client.moderate('records', id, 'hold', 'is this spam?')).toMatchObject({ kind: 'ok' })
  await eventually(() => expect(cat.client.room('records')?.message(id)?.content).toMatchObject({ body: null, moderation: 'held' }))
  await eventually(() => expect(bob.client.room('records')?.message(id)?.content).toMatchObject({ body: 'hello', moderation: 'held' }))
  expect(ann.client.room('records')?.role()).toBe('owner')
  expect(ann.client.room('records')?.message(id)?.content).toMatchObject({ body: 'hello', moderation: 'held' })
  await agree(ann, bob, cat)
  await using late = await open('cat', first.url, { device: 'cat-2', token: () => tokenOf('cat', 'cat-2') })
  await eventually(() => expect(late.client.room('records')?.message(id)?.content).toMatchObject({ body: null, moderation: 'held' }))
  expect(await ann.client.moderate('records', id, 'release')).toMatchObject({ kind: 'ok' })
  for (const { client } of [ann, bob, cat, late])
    await eventually(() => expect(client.room('records')?.message(id)?.content).toMatchObject({ body: 'hello', edits: 1 }))
  await agree(ann, bob, cat, late)

  expect(await ann.client.deleteMessage('records', id)).toMatchObject({ kind: 'ok' })
  for (const { client } of [ann, bob, cat, late])
    await eventually(() => expect(client.room('records')?.message(id)?.content).toMatchObject({ body: null, deleted: { by: 'ann', kind: 'moderator' } }))
  await agree(ann, bob, cat, late)
  expect(await bob.client.edit('records', id, 'again')).toMatchObject({ kind: 'failed', code: 'not_found' })
})

test('history pages, search and unread counts are the reader’s own', async () => {
  await using ann = await open('ann', first.url)
  await using bob = await open('bob', second.url, { reading: 'explicit' })
  await ann.client.join('lookup')
  await bob.client.join('lookup')
  for (const body of ['Crème brûlée', 'plain', 'creme fraiche']) await say(ann, 'lookup', body)
  await eventually(() => expect(bob.bodies('lookup')).toHaveLength(3))
  const page = await bob.client.history('lookup', {}, 2)
  expect(page).toMatchObject({ kind: 'ok', hasMore: true, messages: [{ content: { body: 'plain' } }, { content: { body: 'creme fraiche' } }] })
  await eventually(() => expect(bob.client.pending()).toBeNull())
  const found = await bob.client.search('crem', { room: 'lookup', limit: 10 })
  expect(found.kind === 'ok' ? found.hits.map(({ message }) => message.content.body) : found).toEqual(['creme fraiche', 'Crème brûlée'])
  await vi.waitFor(async () => expect(await bob.client.unread(['lookup'])).toMatchObject({ rooms: { lookup: { count: 3 } } }), { timeout: 5_000 })
  expect(await bob.client.markRead('lookup')).toMatchObject({ kind: 'ok' })
  await vi.waitFor(async () => expect(await bob.client.unread(['lookup'])).toMatchObject({ rooms: { lookup: { count: 0 } } }), { timeout: 5_000 })
})

test('who is kicked shows nothing more, fails with what was still to be sent, and comes back by joining', async () => {
  await using ann = await open('ann', first.url)
  await using bob = await open('bob', second.url)
  await ann.client.join('door')
  await bob.client.join('door')
  await say(bob, 'door', 'hello')
  expect(await bob.client.kick('door', 'ann')).toMatchObject({ kind: 'failed', code: 'forbidden' })
  expect(await ann.client.kick('door', 'bob')).toMatchObject({ kind: 'ok', state: 'done' })
  await eventually(() => expect(bob.client.room('door')?.member()).toBe(false))
  const refused = bob.client.send('door', 'still here?')
  await eventually(() => expect(bob.client.statusOf(refused)).toMatchObject({ status: 'failed', failure: { code: 'forbidden', retryable: false } }))
  await say(ann, 'door', 'without bob')
  expect(bob.bodies('door')).toEqual(['hello'])
  await bob.client.join('door')
  expect(bob.client.resend(refused)).toBe(true)
  await eventually(() => expect(ann.bodies('door')).toEqual(['hello', 'without bob', 'still here?']))
  expect(await bob.client.leave('door')).toMatchObject({ kind: 'ok' })
  expect(bob.client.room('door')?.member()).toBe(false)
})

test('a message taken back after an attempt is sent and then deleted, over a reload too', async () => {
  await using ann = await open('ann', first.url)
  await ann.client.join('regret')
  const storage = memoryStorage()
  /** Bob's node never answers a send, until the page is loaded again. */
  const silent = await open('bob', second.url, {
    storage,
    settings: { ackMs: 300 },
    parts: {
      ...clientParts,
      emitWithAck: (socket, event, payload, ms) =>
        event === 'message:send'
          ? new Promise((_resolve, reject) => setTimeout(() => reject(new Error('silence')), ms))
          : clientParts.emitWithAck(socket, event, payload, ms),
    },
  })
  await silent.client.join('regret')
  const never = silent.client.send('regret', 'waits behind')
  await eventually(() => expect(silent.told.statuses.get(never)).toContain('sending'))
  const behind = silent.client.send('regret', 'never left')
  expect(silent.client.cancel(behind)).toBe('cancelled')
  expect(silent.client.statusOf(behind)).toBeUndefined()
  expect(silent.client.cancel(never)).toBe('deleting')
  await silent[Symbol.asyncDispose]()

  await using bob = await open('bob', second.url, { storage })
  await eventually(() => expect(bob.client.pending()).toBeNull())
  await eventually(() =>
    expect(
      ann.client
        .room('regret')
        ?.messages()
        .map(({ content }) => [content.body, content.deleted?.by]),
    ).toEqual([[null, 'bob']]),
  )
  expect((await storage.load()).rows).toEqual([])
})

test('presence and typing are seen at the other node, and told again after the connection was lost', async () => {
  await using link = await openLink(first.port)
  await using ann = await open('ann', link.url)
  await using bob = await open('bob', second.url)
  await ann.client.join('presence')
  await bob.client.join('presence')
  await vi.waitFor(async () => expect(await bob.client.presence(['ann'])).toMatchObject({ users: { ann: { state: 'online' } } }), { timeout: 10_000 })
  expect(await ann.client.setTyping('presence', true)).toEqual({ kind: 'ok' })
  await eventually(() => expect(bob.client.room('presence')?.typing()).toEqual(['ann']))
  expect(await ann.client.setPresence('idle')).toEqual({ kind: 'ok' })
  await eventually(() => expect(bob.client.presenceOf('ann').state).toBe('idle'))
  link.cut()
  link.leadTo(second.port)
  link.mend()
  await eventually(() => expect(ann.told.nodes).toEqual(['node-1', 'node-2']))
  await vi.waitFor(async () => expect(await bob.client.presence(['ann'])).toMatchObject({ users: { ann: { state: 'idle' } } }), { timeout: 15_000 })
})

test('a token is renewed before it ends, and the connection stays', async () => {
  let asked = 0
  const firstEndsAt = Date.now() + 3_000
  await using ann = await open('ann', first.url, {
    token: () => {
      asked += 1
      return tokenOf('ann', 'ann-1', asked === 1 ? 3 : 600)
    },
  })
  await ann.client.join('renewal')
  await vi.waitFor(() => expect(asked).toBe(2), { timeout: 5_000 })
  // Until the first one has certainly ended.
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(firstEndsAt + 1_000), { timeout: 10_000, interval: 100 })
  expect(ann.told.disconnects).toEqual([])
  expect(ann.client.state()).toBe('online')
})

test('a client whose token has ended comes back with the next one', async () => {
  let asked = 0
  await using ann = await open('ann', first.url, {
    // Too late to be renewed: the callback gives the same short token for as long as it lasts.
    token: () => tokenOf('ann', 'ann-1', ++asked < 4 ? 2 : 600),
    settings: { ackMs: 1_000 },
    parts: {
      ...clientParts,
      emitWithAck: (socket, event, payload, ms) =>
        event === 'token:renew' ? Promise.reject(new Error('no renewal here')) : clientParts.emitWithAck(socket, event, payload, ms),
    },
  })
  await eventually(() => expect(ann.told.disconnects).toContain('token_expired'))
  await vi.waitFor(() => expect(ann.client.state()).toBe('online'), { timeout: 10_000 })
})

test('a newer connection of the device takes over, and the older one stays away until it is asked to come back', async () => {
  await using older = await open('ann', first.url, { storage: memoryStorage() })
  const storage = memoryStorage()
  await storage.saveConnectionNumber(10)
  await using newer = await open('ann', second.url, { storage })
  await eventually(() => expect(older.client.state()).toBe('elsewhere'))
  expect(older.told.disconnects).toEqual(['connected_elsewhere'])
  expect(newer.client.state()).toBe('online')
})

test('a node that drains is left for another one, and nothing is lost', async () => {
  const third = await nodes.start('node-3')
  await using link = await openLink(third.port)
  await using ann = await open('ann', link.url)
  await using bob = await open('bob', second.url)
  await ann.client.join('drain')
  await bob.client.join('drain')
  const bodies = Array.from({ length: 40 }, (_, index) => `drain ${index}`)
  for (const body of bodies.slice(0, 20)) ann.client.send('drain', body)
  await eventually(() => expect(bob.bodies('drain').length).toBeGreaterThan(3))
  third.process.signal('SIGTERM')
  link.leadTo(second.port)
  for (const body of bodies.slice(20)) ann.client.send('drain', body)
  await third.process.exited
  await eventually(() => expect(ann.client.pending()).toBeNull())
  await eventually(() => expect(bob.bodies('drain')).toEqual(bodies))
  expect(ann.told.nodes).toEqual(['node-3', 'node-2'])
})

test('a client that can not connect says what it waits for, and is offline', async () => {
  await using lonely = await openClient(optionsOf('ann', 'http://127.0.0.1:1'))
  await expect(lonely.client.connect(200)).rejects.toThrow(/after 200 ms still waiting: connect: not connected/)
  expect(lonely.client.state()).toBe('offline')
  expect(await lonely.client.setTyping('r', true)).toEqual({ kind: 'failed', code: 'offline', retryable: true })
})
