/** Files between clients at real nodes and a real object store; the verdict is written as a scan worker would. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openRealFiles } from '../node/fixtures/real-files.ts'
import type { RealFiles } from '../node/fixtures/real-files.ts'
import { tokenOf } from '../node/fixtures/real-nodes.ts'
import type { RealNode } from '../node/fixtures/real-nodes.ts'
import type { AccessWay, UploadState } from '../protocol.ts'
import { openLink } from './fixtures/link.ts'
import type { Link } from './fixtures/link.ts'
import { connectedClient } from './fixtures/test-client.ts'
import type { TestClient } from './fixtures/test-client.ts'
import type { UploadStep } from './uploads.ts'

const ways = ['public', 'signed', 'proxy'] as const
let files: RealFiles
/** By which clients reach the store. */
let link: Link
let nodes: Record<AccessWay, RealNode>

beforeAll(async () => {
  files = await openRealFiles('client-files')
  link = await openLink(Number(files.storeUrl.port))
  const start = (way: AccessWay) => files.nodes.start(`node-${way}`, { ...files.environment, CHAT_STORE_PUBLIC_URL: link.url, CHAT_FILE_ACCESS: way })
  const started = await Promise.all(ways.map(start))
  nodes = Object.fromEntries(ways.map((way, index) => [way, started[index]])) as Record<AccessWay, RealNode>
})
afterAll(async () => {
  await files[Symbol.asyncDispose]()
  await link[Symbol.asyncDispose]()
})

const open = (user: string, way: AccessWay): Promise<TestClient> =>
  connectedClient({ url: nodes[way].url, user, device: `${user}-1`, token: () => tokenOf(user, `${user}-1`), settings: { transferFirstMs: 1000 } })
const fileOf = (content: string) => ({ name: 'notes.txt', contentType: 'text/plain', content: new Blob([content]) })

async function shared(from: TestClient, room: string, content: string, told?: (step: UploadStep) => void): Promise<string> {
  const result = await from.client.upload(room, fileOf(content), told)
  if (result.kind !== 'ok') throw new Error(JSON.stringify(result))
  from.client.send(room, `see ${content.slice(0, 20)}`, { attachments: [result.uploadId] })
  return result.uploadId
}
const shows = (by: TestClient, room: string, uploadId: string, state: UploadState): Promise<void> =>
  vi.waitFor(
    () => {
      const attachments = by.client
        .room(room)
        ?.messages()
        .flatMap(({ content }) => content.attachments ?? [])
      expect(attachments).toContainEqual(expect.objectContaining({ uploadId, state, name: 'notes.txt' }))
    },
    { timeout: 10_000, interval: 20 },
  )

describe.for(ways)('%s', (way) => {
  test('others see a placeholder until the verdict, and then get the very bytes', async () => {
    await using ann = await open('ann', way)
    await using bob = await open('bob', way)
    const room = `room-${way}`
    await ann.client.join(room)
    await bob.client.join(room)
    const uploadId = await shared(ann, room, 'the notes')
    await shows(bob, room, uploadId, 'scanning')
    expect(await bob.client.download(room, uploadId)).toMatchObject({ kind: 'failed', code: 'not_clean' })
    await files.judge(uploadId, 'clean')
    // Told to the room with the next message that carries it; without a scan worker nobody else tells.
    ann.client.send(room, 'again', { attachments: [uploadId] })
    await shows(bob, room, uploadId, 'clean')
    expect(await bob.client.download(room, uploadId)).toEqual({ kind: 'ok', content: new Uint8Array(Buffer.from('the notes')) })
  })
})

test('an upload goes on when the way to the store was cut, and the message with it', async () => {
  await using ann = await open('ann', 'signed')
  await ann.client.join('cut')
  link.cut()
  const steps: UploadStep[] = []
  const sharing = shared(ann, 'cut', 'x'.repeat(100_000), (step) => {
    steps.push(step)
    if (step.step === 'put' && step.code !== null) link.mend()
  })
  const uploadId = await sharing
  expect(steps.filter(({ step }) => step === 'put').at(0)).toMatchObject({ httpStatus: null })
  expect(steps.at(-1)).toMatchObject({ step: 'complete', code: null })
  await shows(ann, 'cut', uploadId, 'scanning')
})
