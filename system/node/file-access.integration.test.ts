/** Clean files by each of the three ways of access, through real nodes: who gets them, and that nothing else is served. */
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { journalRowsIn } from './fixtures/journal-rows-in.ts'
import { openRealFiles, putBytes, reserved, sendFiles, someBytes, uploaded } from './fixtures/real-files.ts'
import { ask, connect, joinRoom, tokenOf } from './fixtures/real-nodes.ts'
import type { AccessWay, FileUrlAck } from '../protocol.ts'
import type { RealFiles } from './fixtures/real-files.ts'
import type { Connected, RealNode } from './fixtures/real-nodes.ts'

const ways = ['public', 'signed', 'proxy'] as const
let files: RealFiles
let nodes: Record<AccessWay, RealNode>

beforeAll(async () => {
  files = await openRealFiles('file-access')
  const start = (way: AccessWay) => files.nodes.start(`node-${way}`, { ...files.environment, CHAT_FILE_ACCESS: way, CHAT_FILE_URL_MS: '2000' })
  const started = await Promise.all(ways.map(start))
  nodes = Object.fromEntries(ways.map((way, index) => [way, started[index]])) as Record<AccessWay, RealNode>
})
afterAll(() => files[Symbol.asyncDispose]())

const refused = (code: string) => ({ ok: false, error: { code } })
const urlOf = (client: Connected, room: string, uploadId: string): Promise<FileUrlAck> => ask(client).emitWithAck('file:url', { room, uploadId })
const get = (url: string, token?: string) =>
  fetch(url, { ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }), signal: AbortSignal.timeout(10_000) })

interface Shared {
  room: string
  ann: Connected
  bob: Connected
  uploadId: string
  bytes: Buffer
}
let rooms = 0
/** Ann and Bob, members on a node of this way, and a message of hers with a file that is clean unless told otherwise. */
async function shared(way: AccessWay, state: 'clean' | 'scanning' = 'clean'): Promise<Shared> {
  const room = `${way}-${++rooms}`
  const [ann, bob] = [await connect(nodes[way], 'ann'), await connect(nodes[way], 'bob')]
  await joinRoom(ann, room)
  await joinRoom(bob, room)
  const bytes = someBytes()
  const uploadId = await uploaded(ann, room, bytes)
  await sendFiles(ann, room, [uploadId])
  if (state === 'clean') await files.judge(uploadId, 'clean')
  return { room, ann, bob, uploadId, bytes }
}

describe.for(ways)('%s', (way) => {
  /** Where the file is, and the token that it needs. */
  const fetchAs = async (user: string, url: string) => (way === 'proxy' ? get(new URL(url, nodes[way].url).href, await tokenOf(user, `${user}-1`)) : get(url))

  test('a member fetches what was uploaded, to be saved and not shown', async () => {
    const { room, bob, uploadId, bytes } = await shared(way)
    const answer = await urlOf(bob, room, uploadId)
    if (!answer.ok) throw new Error(answer.error.message)
    expect(answer.access).toBe(way)
    const response = await fetchAs('bob', answer.url)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(response.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''photo.png")
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    const served = () => journalRowsIn(nodes[way].journal).flatMap((row) => (row.stage === 'fileServed' && row.room === room ? row.seq : []))
    await expect.poll(served).toEqual(way === 'proxy' ? [3, 3] : [3])
  })

  test('nothing is served before the verdict, and never what is infected', async () => {
    const { room, ann, bob, uploadId } = await shared(way, 'scanning')
    expect(await urlOf(bob, room, uploadId)).toMatchObject(refused('not_clean'))
    expect(await urlOf(ann, room, uploadId)).toMatchObject(refused('not_clean'))
    if (way === 'proxy') expect((await fetchAs('bob', `/files/${uploadId}`)).status).toBe(409)
    await files.judge(uploadId, 'infected')
    expect(await urlOf(bob, room, uploadId)).toMatchObject(refused('infected'))
    if (way === 'proxy') expect((await fetchAs('bob', `/files/${uploadId}`)).status).toBe(410)
  })

  test('not for strangers, who joined later, who left, or by the name of another room', async () => {
    const { room, bob, uploadId } = await shared(way)
    const late = await connect(nodes[way], 'late')
    expect(await urlOf(late, room, uploadId)).toMatchObject(refused('forbidden'))
    await joinRoom(late, room)
    expect(await urlOf(late, room, uploadId)).toMatchObject(refused('not_found'))
    await joinRoom(late, `${room}-other`)
    expect(await urlOf(late, `${room}-other`, uploadId)).toMatchObject(refused('not_found'))
    if (way === 'proxy') expect((await fetchAs('late', `/files/${uploadId}`)).status).toBe(404)
    await ask(bob).emitWithAck('leave', { room, operationId: uuidv7() })
    expect(await urlOf(bob, room, uploadId)).toMatchObject(refused('forbidden'))
    if (way === 'proxy') expect((await fetchAs('bob', `/files/${uploadId}`)).status).toBe(403)
  })

  test('a deleted message has no file any more', async () => {
    const { room, ann, bob, uploadId } = await shared(way)
    const sent = await sendFiles(ann, room, [uploadId])
    const [message] = await files.store.log.find({ roomId: room, seq: 3 }).toArray()
    for (const messageId of [message?._id ?? '', sent.id]) await ask(ann).emitWithAck('message:delete', { room, messageId, operationId: uuidv7() })
    expect(await urlOf(bob, room, uploadId)).toMatchObject(refused('not_found'))
    for (const entry of await files.store.log.find({ roomId: room }).toArray()) expect(JSON.stringify(entry)).not.toContain('photo.png')
  })
})

test('a signed URL is for one file and a short time, and for reading only', async () => {
  const { room, bob, uploadId } = await shared('signed')
  const answer = await urlOf(bob, room, uploadId)
  if (!answer.ok || answer.expiresAt === null) throw new Error('no URL that expires')
  expect(answer.expiresAt).toBeLessThanOrEqual(Date.now() + 2000)
  const borrowed = await shared('signed')
  const servedKey = (await files.uploads.find(borrowed.uploadId))?.servedKey ?? ''
  expect((await get(answer.url.replace(/files\/[^?]+/, servedKey))).status).toBe(403)
  expect((await get(answer.url.replace(/files\/[^?]+/, `uploads/${uploadId}`))).status).toBe(403)
  expect((await get(answer.url.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=600'))).status).toBe(403)
  expect((await get(answer.url.replace('image%2Fpng', 'text%2Fhtml'))).status).toBe(403)
  expect((await get(answer.url.split('?')[0] ?? '')).status).toBe(403)
  for (const method of ['PUT', 'DELETE']) expect((await fetch(answer.url, { method })).status).toBe(403)
  await expect.poll(async () => (await get(answer.url)).status, { timeout: 5000 }).toBe(403)
})

test('the URL of a PUT serves nothing, and what is PUT again after the verdict is never served', async () => {
  const { room, ann, bob } = await shared('signed')
  const bytes = someBytes()
  const { uploadId, put } = await reserved(ann, room, bytes)
  await putBytes(put, bytes)
  await ask(ann).emitWithAck('upload:complete', { room, uploadId })
  await sendFiles(ann, room, [uploadId])
  await files.judge(uploadId, 'clean')
  // Past what the store checks: straight into the key that the PUT was signed for.
  expect(await putBytes(put, bytes)).toBe(200)
  const answer = await urlOf(bob, room, uploadId)
  if (!answer.ok) throw new Error(answer.error.message)
  expect(answer.url).not.toContain('uploads/')
  expect(Buffer.from(await (await get(answer.url)).arrayBuffer()).equals(bytes)).toBe(true)
  expect((await get(put.url)).status).toBe(403)
})

test('the route of the proxy takes only tokens that hold, ids that are ids, and GET; other nodes have none', async () => {
  const { uploadId } = await shared('proxy')
  const at = (path: string, way: AccessWay = 'proxy') => new URL(path, nodes[way].url).href
  const token = await tokenOf('bob', 'bob-1')
  expect((await get(at(`/files/${uploadId}`))).status).toBe(401)
  expect((await get(at(`/files/${uploadId}`), `${token}x`)).status).toBe(401)
  const over = await get(at(`/files/${uploadId}`), await tokenOf('bob', 'bob-1', -10))
  expect([over.status, await over.json()]).toMatchObject([401, { error: { code: 'token_expired' } }])
  for (const name of [uuidv7(), 'x', '..%2f..%2fetc%2fpasswd', '%00', `${uploadId}%2f..`, `${uploadId}/`, `uploads%2f${uploadId}`])
    expect((await get(at(`/files/${name}`), token)).status, name).toBe(404)
  expect((await fetch(at(`/files/${uploadId}`), { method: 'PUT', body: 'x', headers: { authorization: `Bearer ${token}` } })).status).toBe(405)
  for (const way of ['public', 'signed'] as const) expect((await get(at(`/files/${uploadId}`, way), token)).status).toBe(404)
  expect((await get(at(`/files/${uploadId}`), token)).status).toBe(200)
})

test('a page of another origin may ask the proxy, too, and reads its refusals', async () => {
  const { bytes, uploadId } = await shared('proxy')
  const url = new URL(`/files/${uploadId}`, nodes.proxy.url).href
  const asked = await fetch(url, { method: 'OPTIONS', headers: { origin: 'https://chat.example', 'access-control-request-headers': 'authorization' } })
  expect([asked.status, asked.headers.get('access-control-allow-origin'), asked.headers.get('access-control-allow-headers')]).toEqual([
    204,
    '*',
    'authorization',
  ])
  const response = await get(url, await tokenOf('bob', 'bob-1'))
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, '*'])
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
  expect((await get(url)).headers.get('access-control-allow-origin')).toBe('*')
})
