import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MongoClient, MongoServerError } from 'mongodb'
import type { Binary } from './binary.ts'
import type { CachedPackage } from './cached-package.ts'
import type { Component } from './component.ts'
import { attach, launch } from './launch.ts'
import { cargoInstall } from './sources/cargo.ts'
import { fromCache } from './sources/cache.ts'
import { dockerImage } from './sources/docker.ts'
import { memoryServerDownload } from './sources/memory-server.ts'
import { onPath } from './sources/path.ts'
import { pypiWheel } from './sources/pypi.ts'
import { runningUrl } from './sources/url.ts'
import { waitUntil } from './wait.ts'

const mongod: Binary = { names: ['mongod'], versionArguments: ['--version'], version: /db version v(\d[\d.]*)/, minimum: '6' }
const secantus: Binary = { names: ['secantusd-rs'], versionArguments: ['--version'], version: /secantusd-rs (\d\S*)/, minimum: null }
const standsIn = { product: 'SecantusDB', for: 'MongoDB' }
const download: CachedPackage = { name: 'mongod', version: '8.0.12', file: 'mongod', origin: 'mongodb-memory-server', standsIn: null, binary: mongod }
const wheel: CachedPackage = { name: 'secantusdb', version: '0.6.0b12', file: 'secantusd-rs', origin: 'PyPI', standsIn, binary: secantus }
const crate: CachedPackage = { name: 'secantus-mdb', version: '0.5.3-beta.196', file: 'secantusd-rs', origin: 'cargo install', standsIn, binary: secantus }

async function withClient<T>(url: string, use: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 3_000, connectTimeoutMS: 3_000, socketTimeoutMS: 5_000 })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

async function probe(url: URL): Promise<string> {
  return withClient(url.href, async (client) => {
    const { version } = await client.db('admin').command({ buildInfo: 1 })
    return typeof version === 'string' ? version : 'unknown'
  })
}

/** Makes the server a replica set of one, which majority reads and transactions need, and waits until it is primary. */
async function becomePrimary(url: URL, port: number): Promise<void> {
  await withClient(url.href, async (client) => {
    const admin = client.db('admin')
    await admin.command({ replSetInitiate: { _id: 'shakedown', members: [{ _id: 0, host: `127.0.0.1:${port}` }] } }).catch((error: unknown) => {
      // After a restart the set is in its data already.
      if (!(error instanceof MongoServerError && error.codeName === 'AlreadyInitialized')) throw error
    })
    await waitUntil('mongod to become primary', 15_000, async () => {
      const hello = await admin.command({ hello: 1 })
      return hello.isWritablePrimary === true ? null : 'it is not primary yet'
    })
  })
}

/** `syncOnCommit` false: the stand-in acknowledges what is not on disk yet; a real MongoDB can't be told to, and isn't started so. */
export interface MongoOptions {
  syncOnCommit?: boolean
}

/** MongoDB as a replica set of one, or a server that speaks its protocol. Either way an acknowledged write is on disk. */
export const mongo: Component<MongoOptions> = {
  name: 'mongo',
  sources: [
    runningUrl({ name: 'mongo', protocols: ['mongodb:', 'mongodb+srv:'], probe, example: 'mongodb://127.0.0.1:27017/?directConnection=true' }),
    onPath(mongod, 'install MongoDB 6 or newer: https://www.mongodb.com/docs/manual/installation'),
    fromCache([download, wheel, crate]),
    dockerImage({ image: 'mongo:8', version: '8' }),
    pypiWheel(wheel, 'SecantusDB'),
    cargoInstall(crate, 'secantus-mdb'),
    memoryServerDownload(download),
  ],
  start: async (found, runtime, options) => {
    const { syncOnCommit = true } = options
    if (!syncOnCommit && found.standIn === null)
      throw new Error('a real MongoDB always has an acknowledged write on disk: only its stand-in can be started without')
    if (found.kind === 'url') return attach('mongo', found, 27017)
    const port = await runtime.port()
    const data = join(options.folder, 'data')
    await mkdir(data, { recursive: true })
    // Clients connect through links, so they must not follow the address that a replica set announces.
    const common = { name: 'mongo', url: new URL(`mongodb://127.0.0.1:${port}/?directConnection=true`), host: '127.0.0.1', port } as const
    if (found.standIn !== null) {
      // An empty file of our own keeps it from reading one of the user's.
      const configuration = join(options.folder, 'secantusd.toml')
      await writeFile(configuration, '')
      return launch(found, runtime, options, {
        ...common,
        args: [
          '--config',
          configuration,
          '--port',
          String(port),
          '--storage-path',
          data,
          '--cache-size',
          '256M',
          '--log-file-max',
          '64MB',
          ...(syncOnCommit ? ['--sync-on-commit'] : []),
        ],
        ready: async (running) => void (await running.line(/listening on/, 20_000)),
      })
    }
    const program = found.kind === 'image' ? ['mongod'] : []
    return launch(found, runtime, options, {
      ...common,
      args: [...program, '--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', data, '--replSet', 'shakedown', '--wiredTigerCacheSizeGB', '0.5'],
      ready: async (running) => {
        await running.line(/Waiting for connections/, 30_000)
        await becomePrimary(common.url, port)
      },
    })
  },
}
