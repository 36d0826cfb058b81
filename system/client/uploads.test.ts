import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createAlarms } from './alarms.ts'
import { createDownloads } from './downloads.ts'
import type { Operations } from './operations.ts'
import { createRoom } from './room.ts'
import { defaultSettings } from './settings.ts'
import { createUploads, transferMs } from './uploads.ts'
import type { OutgoingFile, UploadStep } from './uploads.ts'

type Handle = (request: IncomingMessage, response: ServerResponse, content: Buffer) => void

/** An HTTP server in place of the object store. */
async function store(handle: Handle): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => void parts.push(part))
    request.on('end', () => handle(request, response, Buffer.concat(parts)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const settings = { ...defaultSettings, transferFirstMs: 2_000, backoffFirstMs: 1, backoffLimitMs: 2 }
const file: OutgoingFile = { name: 'notes.txt', contentType: 'text/plain', content: new Blob(['hello']) }

/** A node that gives places which expire after `expiryMs`, and takes note of what it is asked. */
function uploading(storeUrl: string, expiryMs: number, complete: () => object = () => ({ kind: 'ok', state: 'scanning' })) {
  const asked: { event: string; payload: object }[] = []
  const steps: UploadStep[] = []
  const ask = async (event: string, payload: object): Promise<object> => {
    asked.push({ event, payload })
    if (event === 'upload:complete') return { ...complete(), ...payload }
    const uploadId = `upload-${asked.length}`
    return { kind: 'ok', uploadId, put: { url: `${storeUrl}/${uploadId}?signed`, headers: { 'content-type': 'text/plain' } }, expiresAt: Date.now() + expiryMs }
  }
  const operations = { ask: ask as Operations['ask'] }
  const parts = { operations, alarms: createAlarms(), settings, random: Math.random, now: Date.now, identity: () => `operation-${asked.length}` }
  return { asked, steps, upload: () => createUploads(parts).upload('room', file, (step) => void steps.push(step)) }
}

describe('an upload', () => {
  it('reserves by length, type and hash, puts the bytes with the headers that it was told, and completes', async () => {
    const puts: string[] = []
    await using at = await store(({ method, url, headers }, response, content) => {
      puts.push(`${method} ${url} ${headers['content-type']} ${headers['content-length']} ${content.toString()}`)
      response.end()
    })
    const { asked, steps, upload } = uploading(at.url, 60_000)
    expect(await upload()).toMatchObject({ kind: 'ok', uploadId: 'upload-1', state: 'scanning' })
    const sha256 = createHash('sha256').update('hello').digest('hex')
    expect(asked[0]?.payload).toEqual({ room: 'room', operationId: 'operation-0', name: 'notes.txt', bytes: 5, contentType: 'text/plain', sha256 })
    expect(puts).toEqual(['PUT /upload-1?signed text/plain 5 hello'])
    expect(steps.map(({ step, code }) => [step, code])).toEqual([
      ['reserve', null],
      ['put', null],
      ['complete', null],
    ])
  })

  it('puts again after a failure, a cut and a stall of the store, to the same place', async () => {
    let puts = 0
    await using at = await store((request, response) => {
      puts += 1
      if (puts === 1) response.writeHead(503).end()
      else if (puts === 2) request.socket.destroy()
      else if (puts > 3) response.end()
    })
    const { asked, steps, upload } = uploading(at.url, 60_000)
    expect((await upload()).kind).toBe('ok')
    expect(asked.map(({ event }) => event)).toEqual(['upload:reserve', 'upload:complete'])
    expect(steps.filter(({ step }) => step === 'put').map((step) => ('httpStatus' in step ? step.httpStatus : 0))).toEqual([503, null, null, 200])
  })

  it('takes another place when one has expired, and gives up after the third', async () => {
    await using refusing = await store((_request, response) => void response.writeHead(403).end())
    const refused = uploading(refusing.url, 60_000)
    expect(await refused.upload()).toMatchObject({ kind: 'failed', code: 'upload_expired' })
    expect(new Set(refused.asked.map(({ payload }) => (payload as { operationId: string }).operationId)).size).toBe(3)

    await using at = await store((_request, response) => void response.end())
    let completions = 0
    const late = uploading(at.url, 60_000, () => (++completions === 1 ? { kind: 'failed', code: 'upload_expired' } : { kind: 'ok', state: 'scanning' }))
    expect(await late.upload()).toMatchObject({ kind: 'ok', uploadId: 'upload-3' })
  })

  it('ends with what the store or the node refuses for good', async () => {
    await using other = await store((_request, response) => void response.writeHead(400).end())
    expect(await uploading(other.url, 60_000).upload()).toMatchObject({ kind: 'failed', code: 'http_400', retryable: false })
    await using at = await store((_request, response) => void response.end())
    const mismatch = uploading(at.url, 60_000, () => ({ kind: 'failed', code: 'upload_mismatch', retryable: false }))
    expect(await mismatch.upload()).toMatchObject({ kind: 'failed', code: 'upload_mismatch' })
  })

  it('has time for its bytes at the slowest rate', () => {
    expect(transferMs(0, defaultSettings)).toBe(5_000)
    expect(transferMs(25 * 1024 * 1024, defaultSettings)).toBe(405_000)
  })
})

describe('a download', () => {
  const sha256 = createHash('sha256').update('hello').digest('hex')
  function downloading(url: string, answer: object) {
    const room = createRoom('room', 'e', 0, 'me', settings, 0)
    const attachments = [{ uploadId: 'u', name: 'notes.txt', bytes: 5, contentType: 'text/plain', sha256, state: 'clean' as const }]
    const content = { senderId: 'ann', deviceId: 'd', clientMessageId: 'c', clientSeq: 1, type: 'file' as const, attachments, body: 'see', clientCreatedAt: 0 }
    const common = { room: 'room', epoch: 'e', seq: 1, rev: 1, id: 'm', actorId: 'ann', operationId: 'c', at: 0 }
    room.records.take({ ...common, kind: 'message', message: content })
    const once = async (): Promise<object> => answer
    const operations = { once: once as Operations['once'] }
    return createDownloads({ operations, rooms: new Map([['room', room]]), settings, url, token: async () => 'the-token' })
  }

  it('goes where the node says: with the token to its own route, without to a store', async () => {
    const seen: unknown[] = []
    await using at = await store(({ url, headers }, response) => {
      seen.push([url, headers.authorization])
      response.end('hello')
    })
    const expiresAt = Date.now() + 1000
    const ways = [
      { kind: 'ok', url: '/files/u', access: 'proxy', expiresAt: null },
      { kind: 'ok', url: `${at.url}/f/1?signature=a`, access: 'signed', expiresAt },
      { kind: 'ok', url: `${at.url}/f/1`, access: 'public', expiresAt: null },
    ]
    for (const answer of ways)
      expect(await downloading(at.url, answer).download('room', 'u')).toEqual({ kind: 'ok', content: new Uint8Array(Buffer.from('hello')) })
    expect(seen).toEqual([
      ['/files/u', 'Bearer the-token'],
      ['/f/1?signature=a', undefined],
      ['/f/1', undefined],
    ])
  })

  it('fails when the bytes are not those of the message, when it is refused, and for a file that is not shown', async () => {
    await using at = await store(({ url }, response) => void (url === '/gone' ? response.writeHead(404).end() : response.end('hellO')))
    const address = (url: string) => ({ kind: 'ok', url, access: 'public', expiresAt: null })
    expect(await downloading(at.url, address('/other')).download('room', 'u')).toMatchObject({ kind: 'failed', code: 'damaged' })
    expect(await downloading(at.url, address('/gone')).download('room', 'u')).toMatchObject({ kind: 'failed', code: 'http_404', retryable: false })
    expect(await downloading(at.url, address('/x')).download('room', 'foreign')).toMatchObject({ kind: 'failed', code: 'not_found' })
    expect(await downloading(at.url, { kind: 'failed', code: 'not_clean', retryable: true }).download('room', 'u')).toMatchObject({ code: 'not_clean' })
  })
})
