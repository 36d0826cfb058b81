/** Two nodes with an object store: history windows, unread counts, search, archives read back, exports over HTTP. */
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { components } from '../components/table.ts'
import { ask, connect, joinRoom, openRealNodes, say, tokenOf } from './fixtures/real-nodes.ts'
import type { Connected, RealNode, RealNodes } from './fixtures/real-nodes.ts'
import type { SearchHit, WireEntry } from '../protocol.ts'

let cluster: RealNodes
let nodes: [RealNode, RealNode]
beforeAll(async () => {
  // Between two writes of receipts a mark is one that is not written yet.
  cluster = await openRealNodes('keeping', { CHAT_RETENTION_MS: '200', CHAT_RECEIPTS_MS: '1000', CHAT_SENDS_PER_SECOND: '1000' })
  const store = await cluster.startComponent(components.store)
  nodes = await cluster.startTwo({
    CHAT_STORE_URL: store.url.href,
    CHAT_STORE_ACCESS_KEY: store.credentials.accessKey,
    CHAT_STORE_SECRET_KEY: store.credentials.secretKey,
    CHAT_STORE_BUCKET: store.bucket,
  })
})
afterAll(() => cluster[Symbol.asyncDispose]())

const bodiesOf = (entries: readonly WireEntry[]) => entries.flatMap((entry) => (entry.message === undefined ? [] : [entry.message.body]))
const get = async (path: string, token?: string) =>
  fetch(`${nodes[1].url}${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
const linesOf = async (response: Response) =>
  (await response.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

test('history pages go below, above and around a seq, and say truthfully whether there is more', async () => {
  const [ann, bob] = [await connect(nodes[0], 'ann'), await connect(nodes[1], 'bob')]
  await joinRoom(ann, 'pages')
  for (let index = 2; index <= 9; index++) await say(ann, 'pages', `${index}`)
  await joinRoom(bob, 'pages')
  const page = async (client: Connected, cursor: { before?: number; after?: number; around?: number }) => {
    const answer = await ask(client).emitWithAck('history:page', { room: 'pages', limit: 4, ...cursor })
    return answer.ok ? [answer.entries.map((entry: WireEntry) => entry.seq), answer.hasMore] : answer.error.code
  }
  expect(await page(ann, {})).toEqual([[7, 8, 9, 10], true])
  expect(await page(ann, { before: 7 })).toEqual([[3, 4, 5, 6], true])
  expect(await page(ann, { before: 5 })).toEqual([[1, 2, 3, 4], false])
  expect(await page(ann, { after: 4 })).toEqual([[5, 6, 7, 8], true])
  expect(await page(ann, { around: 5 })).toEqual([[4, 5, 6, 7], true])
  expect(await page(bob, {})).toEqual([[10], false])
  expect(await page(bob, { around: 5 })).toEqual([[], false])
  expect(await ask(ann).emitWithAck('history:page', { room: 'pages', limit: 4, before: 3, after: 3 })).toMatchObject({ ok: false, error: { code: 'invalid' } })
})

test('unread counts visible messages of others after the highest readSeq, a mark that is not written yet included', async () => {
  const [ann, bob] = [await connect(nodes[0], 'ann'), await connect(nodes[1], 'bob')]
  await joinRoom(ann, 'unread')
  await joinRoom(bob, 'unread')
  for (const body of ['one', 'two', 'three']) await say(ann, 'unread', body)
  const { id: gone } = await say(ann, 'unread', 'gone')
  await say(bob, 'unread', 'his own')
  await ask(ann).emitWithAck('message:delete', { room: 'unread', operationId: uuidv7(), messageId: gone })
  const unread = (client: Connected) => ask(client).emitWithAck('unread:get', { rooms: ['unread', 'nowhere'] })
  expect(await unread(bob)).toEqual({ ok: true, rooms: { unread: { count: 3, readSeq: 0 } } })
  expect(await unread(ann)).toEqual({ ok: true, rooms: { unread: { count: 1, readSeq: 0 } } })
  await ask(bob).emitWithAck('cursor:set', { cursors: [{ room: 'unread', deliveredSeq: 4, readSeq: 4 }] })
  expect(await unread(bob)).toEqual({ ok: true, rooms: { unread: { count: 1, readSeq: 4 } } })
})

test('search finds words by prefix and without accents, newest first, in the rooms and stays of who asks, and nothing that is gone or held', async () => {
  const [ann, bob] = [await connect(nodes[0], 'ann'), await connect(nodes[1], 'bob')]
  await joinRoom(ann, 'kitchen')
  await joinRoom(ann, 'secret')
  await say(ann, 'kitchen', 'crème before bob came')
  await say(ann, 'secret', 'Crème of the crop')
  await joinRoom(bob, 'kitchen')
  const tonight = await say(ann, 'kitchen', 'Crème brûlée tonight')
  const more = await say(bob, 'kitchen', 'more CREME please')
  await say(ann, 'kitchen', 'cream')
  const find = async (client: Connected, query: string, room?: string) => {
    const answer = await ask(client).emitWithAck('search', { query, limit: 10, ...(room === undefined ? {} : { room }) })
    return answer.ok ? bodiesOf(answer.hits.map((hit: SearchHit) => hit.entry)) : answer.error.code
  }
  expect(await find(bob, 'crem')).toEqual(['more CREME please', 'Crème brûlée tonight'])
  expect(await find(ann, 'creme')).toEqual(['more CREME please', 'Crème brûlée tonight', 'Crème of the crop', 'crème before bob came'])
  expect(await find(ann, 'creme brul')).toEqual(['Crème brûlée tonight'])
  expect(await find(ann, 'brul creme')).toEqual([])
  expect(await find(bob, 'crop')).toEqual([])
  expect(await find(bob, 'crop', 'secret')).toBe('forbidden')
  expect(await find(bob, '!?')).toBe('invalid')
  await ask(bob).emitWithAck('message:edit', { room: 'kitchen', operationId: uuidv7(), messageId: more.id, body: 'no more' })
  await ask(ann).emitWithAck('message:moderate', { room: 'kitchen', operationId: uuidv7(), messageId: tonight.id, action: 'hold' })
  expect(await find(bob, 'crem')).toEqual([])
  expect(await find(bob, 'more')).toEqual(['no more'])
})

test('an archived room is purged, read back within the stays of who asks, found no more, and exported whole', async () => {
  const [ann, bob] = [await connect(nodes[0], 'ann'), await connect(nodes[1], 'bob')]
  await joinRoom(ann, 'old')
  for (const body of ['ancient one', 'ancient two']) await say(ann, 'old', body)
  await joinRoom(bob, 'old')
  await say(bob, 'old', 'ancient three')
  const retention = (client: Connected, legalHold: boolean) =>
    ask(client).emitWithAck('room:retention', { room: 'old', policy: { kind: 'archive', afterMs: 0 }, legalHold })
  expect(await retention(bob, false)).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  const purged = new Promise<WireEntry>((resolve) => void bob.socket.on('entry', (entry) => entry.kind === 'purged' && resolve(entry)))
  expect(await retention(ann, false)).toEqual({ ok: true })
  expect(await purged).toMatchObject({ room: 'old', actorId: 'system', change: { kind: 'purged', throughSeq: 5, archived: true } })

  const live = await ask(ann).emitWithAck('history:page', { room: 'old', limit: 5, before: 6 })
  if (!live.ok) throw new Error(live.error.message)
  expect(bodiesOf(live.entries)).toEqual([null, null, null])
  expect(live.entries[1]?.message?.deleted).toMatchObject({ kind: 'retention' })
  expect(await ask(ann).emitWithAck('search', { query: 'ancient', limit: 10 })).toEqual({ ok: true, hits: [] })

  const archive = (client: Connected, limit: number, before?: number) =>
    ask(client).emitWithAck('archive:page', { room: 'old', limit, ...(before === undefined ? {} : { before }) })
  const all = await archive(ann, 100)
  if (!all.ok) throw new Error(all.error.message)
  expect(bodiesOf(all.entries)).toEqual(expect.arrayContaining(['ancient one', 'ancient two', 'ancient three']))
  expect(all.hasMore).toBe(false)
  const his = await archive(bob, 100)
  if (!his.ok) throw new Error(his.error.message)
  expect([bodiesOf(his.entries), his.entries[0]?.seq]).toEqual([['ancient three'], 4])
  expect(await archive(ann, 2, 4)).toMatchObject({ ok: true, entries: [{ seq: 2 }, { seq: 3 }], hasMore: true })
  const carol = await connect(nodes[0], 'carol')
  expect(await archive(carol, 10)).toMatchObject({ ok: false, error: { code: 'forbidden' } })

  const exported = await linesOf(await get('/rooms/old/export', await tokenOf('ann', 'd', 60)))
  const texts = exported.map((line) => (line['message'] as { body: string } | undefined)?.body)
  expect(texts).toEqual(expect.arrayContaining(['ancient one', 'ancient two', 'ancient three']))
  expect([exported[0], exported.at(-1)]).toMatchObject([{ room: 'old' }, { end: true, entries: exported.length - 2 }])
})

test('exports refuse whoever may not have them: 401, 403 and 404, each as JSON', async () => {
  const [ann, bob] = [await connect(nodes[0], 'ann'), await connect(nodes[1], 'bob')]
  await joinRoom(ann, 'mine')
  await joinRoom(bob, 'mine')
  const refused = async (path: string, token?: string) => {
    const response = await get(path, token)
    const { error } = (await response.json()) as { error: { code: string } }
    return [response.status, error.code]
  }
  const token = (user: string, ttlSeconds = 60, auditor = false) => tokenOf(user, 'd', ttlSeconds, auditor)
  expect(await refused('/rooms/mine/export')).toEqual([401, 'unauthorized'])
  expect(await refused('/rooms/mine/export', 'x.y.z')).toEqual([401, 'unauthorized'])
  expect(await refused('/rooms/mine/export', await token('ann', -60))).toEqual([401, 'token_expired'])
  expect(await refused('/rooms/mine/export', await token('bob'))).toEqual([403, 'forbidden'])
  expect(await refused('/rooms/nowhere/export', await token('ann'))).toEqual([404, 'not_found'])
  expect(await refused('/rooms/%00/export', await token('ann'))).toEqual([404, 'not_found'])
  expect(await refused('/audit-log', await token('ann'))).toEqual([403, 'forbidden'])
  const records = await linesOf(await get('/audit-log', await token('auditor', 60, true)))
  expect(records).toEqual(expect.arrayContaining([expect.objectContaining({ action: 'retention', actorId: 'ann', roomId: 'old' })]))
  expect(records.at(-1)).toEqual({ end: true, records: records.length - 1 })
})
