import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateBucketCommand, HeadBucketCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import type { Runtime } from '../cluster/runtime.ts'
import type { Binary } from './binary.ts'
import { allowBrowsers } from './bucket-cors.ts'
import type { CachedPackage } from './cached-package.ts'
import type { Component, Found, RunningComponent, StartOptions } from './component.ts'
import { attach, launch } from './launch.ts'
import { fromCache } from './sources/cache.ts'
import { dockerImage } from './sources/docker.ts'
import { goInstall } from './sources/go.ts'
import { onPath } from './sources/path.ts'
import { runningUrl } from './sources/url.ts'
import { waitUntil } from './wait.ts'

export interface StoreCredentials {
  accessKey: string
  secretKey: string
}
export interface RunningStore extends RunningComponent {
  /** `url` is the endpoint alone: without keys, bucket or query. */
  credentials: StoreCredentials
  /** It exists. */
  bucket: string
  region: string
}

const binary: Binary = { names: ['versitygw'], versionArguments: ['--version'], version: /v(\d[\d.]*)/i, minimum: null }
const built: CachedPackage = { name: 'versitygw', version: '1.8.0', file: 'versitygw', origin: 'go install', standsIn: null, binary }
const example = 'http://KEY:SECRET@127.0.0.1:9000/bucket?region=us-east-1'
const timeoutMs = 5_000

/** Pure: `http(s)://KEY:SECRET@host/bucket?region=...`; throws when keys or bucket are missing. */
export function parseStoreUrl(url: URL): { endpoint: URL; credentials: StoreCredentials; bucket: string; region: string } {
  const bucket = url.pathname.replace(/^\/|\/$/g, '')
  if (url.username === '' || url.password === '' || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw new Error(`the URL needs keys and a bucket: ${example}`)
  const credentials = { accessKey: decodeURIComponent(url.username), secretKey: decodeURIComponent(url.password) }
  return { endpoint: new URL(`${url.protocol}//${url.host}`), credentials, bucket, region: url.searchParams.get('region') ?? 'us-east-1' }
}

/** Makes the bucket unless it is there, and lets browsers use it. */
async function ensureBucket(store: ReturnType<typeof parseStoreUrl>): Promise<void> {
  const { endpoint, credentials, bucket: Bucket, region } = store
  const keys = { accessKeyId: credentials.accessKey, secretAccessKey: credentials.secretKey }
  const client = new S3Client({ endpoint: endpoint.href, region, forcePathStyle: true, credentials: keys, maxAttempts: 1 })
  const deadline = () => ({ abortSignal: AbortSignal.timeout(timeoutMs) })
  try {
    await client.send(new HeadBucketCommand({ Bucket }), deadline()).catch(async (error: unknown) => {
      if (!(error instanceof S3ServiceException) || error.$metadata.httpStatusCode !== 404) throw error
      await client.send(new CreateBucketCommand({ Bucket }), deadline())
    })
    await allowBrowsers(client, Bucket, deadline)
  } finally {
    client.destroy()
  }
}

async function probe(url: URL): Promise<string> {
  await ensureBucket(parseStoreUrl(url))
  return 'S3'
}

async function start(found: Found, runtime: Runtime, options: StartOptions): Promise<RunningStore> {
  if (found.kind === 'url') {
    const { endpoint, ...rest } = parseStoreUrl(found.url)
    return { ...attach('store', { ...found, url: endpoint }, endpoint.protocol === 'https:' ? 443 : 80), ...rest }
  }
  const port = await runtime.port()
  const endpoint = new URL(`http://127.0.0.1:${port}`)
  const credentials = { accessKey: `run${randomBytes(8).toString('hex')}`, secretKey: randomBytes(24).toString('hex') }
  const store = { endpoint, credentials, bucket: 'chat', region: 'us-east-1' }
  const [data, accounts] = [join(options.folder, 'data'), join(options.folder, 'accounts')]
  await mkdir(data, { recursive: true })
  await mkdir(accounts, { recursive: true })
  const running = await launch(found, runtime, options, {
    name: 'store',
    url: endpoint,
    host: '127.0.0.1',
    port,
    args: ['--port', `127.0.0.1:${port}`, '--iam-dir', accounts, 'posix', data],
    environment: { ROOT_ACCESS_KEY: credentials.accessKey, ROOT_SECRET_KEY: credentials.secretKey },
    ready: () =>
      waitUntil('the object store to have its bucket', 15_000, () =>
        ensureBucket(store).then(
          () => null,
          (error: Error) => error.message,
        ),
      ),
  })
  return { ...running, credentials, bucket: store.bucket, region: store.region }
}

/** An S3 endpoint with one bucket: archives go there. Runs that don't need one go on without. */
export const store = {
  name: 'store',
  sources: [
    runningUrl({ name: 'store', protocols: ['http:', 'https:'], probe, example }),
    onPath(binary, 'install versitygw 1.8: https://github.com/versity/versitygw/releases'),
    fromCache([built]),
    dockerImage({ image: 'versity/versitygw:v1.8.0', version: '1.8.0' }),
    goInstall(built, { command: 'github.com/versity/versitygw/cmd/versitygw', builds: 'versitygw' }),
  ],
  start,
} satisfies Component
