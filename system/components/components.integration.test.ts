import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetObjectCommand, PutBucketCorsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProcessRuntime } from '../cluster/process-runtime.ts'
import type { Runtime } from '../cluster/runtime.ts'
import type { FindOptions } from './component.ts'
import { testVirus } from './clamd.ts'
import { ComponentUnavailable, components, findComponent, surveyComponents } from './table.ts'
import { ToxiproxyError, connectToxiproxy } from './toxiproxy-control.ts'

const installing: FindOptions = { install: true, urls: {}, progress: (line) => void process.stderr.write(`${line}\n`) }
const runId = `components-${process.pid}`
let folder = ''
let runtime: Runtime
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shakedown-components-'))
  runtime = await createProcessRuntime({ logFolder: join(folder, 'logs'), runId })
})
afterAll(async () => {
  await runtime[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})
const place = (name: string) => ({ folder: join(folder, name), runId })

test('without installing, PATH and cache, each component is refused with all that was tried', async () => {
  const options = { install: false, urls: {}, progress: () => undefined, environment: { PATH: '', XDG_CACHE_HOME: join(folder, 'empty') } }
  const survey = await surveyComponents(options)
  expect(survey.map(({ name, found }) => [name, found])).toEqual([
    ['redis', null],
    ['mongo', null],
    ['toxiproxy', null],
    ['haproxy', null],
    ['store', null],
    ['clamd', null],
  ])
  for (const component of Object.values(components)) {
    const error: unknown = await findComponent(component, options).catch((refused: unknown) => refused)
    if (!(error instanceof ComponentUnavailable)) throw new Error(`expected ComponentUnavailable, got ${String(error)}`)
    expect(error.tried.map(({ source }) => source)).toEqual(component.sources.map(({ name }) => name))
    expect(error.message).toMatch(/PATH +no .*[\s\S]*not tried: --no-install[\s\S]*fix: /)
  }
})

test('redis serves, survives a pause, and comes back on its port after a kill', async () => {
  const found = await findComponent(components.redis, installing)
  await using redis = await components.redis.start(found, runtime, place('redis'))
  const client = new Redis(redis.url.href, { maxRetriesPerRequest: null })
  client.on('error', () => undefined)
  try {
    expect(await client.ping()).toBe('PONG')
    redis.pause()
    redis.resume()
    expect(await client.ping()).toBe('PONG')
    await redis.kill()
    await redis.restart()
    expect(await client.ping()).toBe('PONG')
  } finally {
    client.disconnect()
  }
})

test('mongo keeps a majority write over a kill and a restart', async () => {
  const found = await findComponent(components.mongo, installing)
  await using mongo = await components.mongo.start(found, runtime, place('mongo'))
  const client = new MongoClient(mongo.url.href, { serverSelectionTimeoutMS: 10_000 })
  try {
    const words = client.db('test').collection('words')
    await words.insertOne({ word: 'kept' }, { writeConcern: { w: 'majority' } })
    await mongo.kill()
    await mongo.restart()
    expect(await words.countDocuments({ word: 'kept' })).toBe(1)
  } finally {
    await client.close()
  }
})

test('mongo that is told not to sync loses at a kill what it has acked, which only the stand-in does', async ({ skip }) => {
  const found = await findComponent(components.mongo, installing)
  if (found.standIn === null) {
    await expect(components.mongo.start(found, runtime, { ...place('mongo'), syncOnCommit: false })).rejects.toThrow('a real MongoDB always has')
    skip('this machine has a real MongoDB')
  }
  await using mongo = await components.mongo.start(found, runtime, { ...place('mongo'), syncOnCommit: false })
  const client = new MongoClient(mongo.url.href, { serverSelectionTimeoutMS: 10_000 })
  try {
    const words = client.db('test').collection<{ _id: number }>('words')
    const acked = 500
    for (let _id = 0; _id < acked; _id++) await words.insertOne({ _id }, { writeConcern: { w: 'majority', journal: true } })
    await mongo.kill()
    expect(mongo.pid).toBeNull()
    await mongo.restart()
    expect(await words.countDocuments({})).toBeLessThan(acked)
  } finally {
    await client.close()
  }
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

test('toxiproxy carries, cuts, heals and counts a link', async () => {
  const found = await findComponent(components.toxiproxy, installing)
  await using toxiproxy = await components.toxiproxy.start(found, runtime, place('toxiproxy'))
  const echo = createServer((socket) => socket.end('hello'))
  try {
    const upstream = { host: '127.0.0.1', port: await listen(echo) }
    const link = { name: 'node-1->redis', host: '127.0.0.1', port: await runtime.port(), upstream }
    const control = connectToxiproxy(toxiproxy.url)
    await control.ensureProxy(link)
    await control.ensureProxy(link)
    const reach = (): Promise<string> => fetchText(link.port)
    expect(await reach()).toBe('hello')
    await control.setEnabled(link.name, false)
    await expect(reach()).rejects.toThrow(/ECONNREFUSED/)
    await control.setEnabled(link.name, true)
    const toxic = { name: 'slow', type: 'latency', stream: 'downstream', attributes: { latency: 5, jitter: 0 } } as const
    await control.addToxic(link.name, toxic)
    await expect(control.addToxic(link.name, toxic)).rejects.toThrow(ToxiproxyError)
    expect(await reach()).toBe('hello')
    await control.removeToxic(link.name, 'slow')
    await control.recreate(link.name)
    expect(await reach()).toBe('hello')
    await expect.poll(async () => (await control.closedBytes(link.name)).sent, { timeout: 5_000 }).toBeGreaterThanOrEqual(5)
    await expect(control.setEnabled('nobody', true)).rejects.toMatchObject({ status: 404 })
  } finally {
    echo.close()
  }
})

function fetchText(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 3_000 })
    let text = ''
    socket.on('data', (data) => {
      text += data.toString()
    })
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
    socket.on('timeout', () => {
      socket.destroy()
      reject(new Error('timeout'))
    })
  })
}

test('haproxy serves its configuration, and quotes what is wrong with a bad one', async () => {
  const found = await findComponent(components.haproxy, installing)
  const port = await runtime.port()
  const configuration = `defaults\n  mode http\n  timeout connect 1s\n  timeout client 5s\n  timeout server 5s\nfrontend front\n  bind 127.0.0.1:${port}\n  http-request return status 200 content-type text/plain string up\n`
  await using haproxy = await components.haproxy.start(found, runtime, { ...place('haproxy'), configuration, port })
  expect(await (await fetch(haproxy.url)).text()).toBe('up')
  await haproxy.kill()
  await haproxy.restart()
  expect(await (await fetch(haproxy.url)).text()).toBe('up')
  await expect(
    components.haproxy.start(found, runtime, { ...place('haproxy-bad'), configuration: 'nonsense here\n', port: await runtime.port() }),
  ).rejects.toThrow(/haproxy ended \(1\) before it served:\n[\s\S]*nonsense/)
})

test('the object store keeps an object over a kill and refuses other keys', async () => {
  const found = await findComponent(components.store, installing)
  await using store = await components.store.start(found, runtime, place('store'))
  const client = (secretAccessKey: string) =>
    new S3Client({
      endpoint: store.url.href,
      region: store.region,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: store.credentials.accessKey, secretAccessKey },
    })
  const object = { Bucket: store.bucket, Key: 'a/b' }
  await client(store.credentials.secretKey).send(new PutObjectCommand({ ...object, Body: 'kept' }))
  await store.kill()
  await store.restart()
  const read = await client(store.credentials.secretKey).send(new GetObjectCommand(object))
  expect(await read.Body?.transformToString()).toBe('kept')
  await expect(client('another').send(new GetObjectCommand(object))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
  const byUrl = new URL(`http://${store.credentials.accessKey}:${store.credentials.secretKey}@${store.url.host}/${store.bucket}`)
  expect(await findComponent(components.store, { ...installing, urls: { store: byUrl.href } })).toMatchObject({ kind: 'url', version: 'S3' })
})

test('a page of another origin may PUT by a signed URL; rules that the bucket has already stay', async () => {
  const found = await findComponent(components.store, installing)
  await using store = await components.store.start(found, runtime, place('store-cors'))
  const { accessKey, secretKey } = store.credentials
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey }
  const client = new S3Client({ endpoint: store.url.href, region: store.region, forcePathStyle: true, credentials })
  const url = await getSignedUrl(client, new PutObjectCommand({ Bucket: store.bucket, Key: 'page', ContentType: 'text/plain' }))
  const asked = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type,x-amz-checksum-sha256' }
  const preflight = () => fetch(url, { method: 'OPTIONS', headers: { origin: 'https://chat.example', ...asked } })
  const allowed = await preflight()
  expect(allowed.status).toBe(200)
  expect(allowed.headers.get('access-control-allow-origin')).toBe('*')
  expect(allowed.headers.get('access-control-allow-headers')).toContain('x-amz-checksum-sha256')
  const put = await fetch(url, { method: 'PUT', headers: { origin: 'https://chat.example', 'content-type': 'text/plain' }, body: 'from a page' })
  expect([put.status, put.headers.get('access-control-allow-origin')]).toEqual([200, '*'])

  const own = { CORSRules: [{ AllowedOrigins: ['https://other.example'], AllowedMethods: ['GET'] }] }
  await client.send(new PutBucketCorsCommand({ Bucket: store.bucket, CORSConfiguration: own }))
  const byUrl = new URL(`http://${accessKey}:${secretKey}@${store.url.host}/${store.bucket}`)
  await findComponent(components.store, { ...installing, urls: { store: byUrl.href } })
  expect((await preflight()).status).toBe(403)
})

/** Its answer to one content. Source: clamd(8), INSTREAM: chunks of a 4-byte length and as many bytes, and a length of 0 at the end. */
function scan(port: number, content: string): Promise<string> {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 5_000 }, () =>
      socket.write(Buffer.concat([Buffer.from('zINSTREAM\0'), length, Buffer.from(content), Buffer.alloc(4)])),
    )
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString())
    })
    socket.once('error', reject)
    socket.once('timeout', () => socket.destroy(new Error('timeout')))
  })
}

test('clamd knows the test virus, refuses what is over its limit, and comes back after a kill', async () => {
  const found = await findComponent(components.clamd, installing)
  await using clamd = await components.clamd.start(found, runtime, { ...place('clamd with a space'), streamLimitBytes: 1_000 })
  expect(await scan(clamd.port, 'a cake')).toBe('stream: OK\0')
  expect(await scan(clamd.port, testVirus())).toMatch(/^stream: Eicar-Test\S* FOUND\0$/)
  expect(await scan(clamd.port, 'x'.repeat(2_000))).toMatch(/size limit exceeded/)
  await clamd.kill()
  await clamd.restart()
  expect(await scan(clamd.port, testVirus())).toMatch(/FOUND/)
})
