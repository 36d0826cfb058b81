import type { Binary } from './binary.ts'
import type { CachedPackage } from './cached-package.ts'
import type { Component } from './component.ts'
import { attach, launch } from './launch.ts'
import { fromCache } from './sources/cache.ts'
import { dockerImage } from './sources/docker.ts'
import { goInstall } from './sources/go.ts'
import { onPath } from './sources/path.ts'
import { runningUrl } from './sources/url.ts'
import { connectToxiproxy } from './toxiproxy-control.ts'
import { waitUntil } from './wait.ts'

// What `go install` builds is called `server` and says version "git": a program of that name on PATH may be anything, so it doesn't count.
const binary: Binary = { names: ['toxiproxy-server', 'toxiproxy'], versionArguments: ['-version'], version: /version v?(\d[\d.]*)/, minimum: null }
const built: CachedPackage = { name: 'toxiproxy', version: '2.12.0', file: 'toxiproxy-server', origin: 'go install', standsIn: null, binary }

export const toxiproxy: Component = {
  name: 'toxiproxy',
  sources: [
    runningUrl({ name: 'toxiproxy', protocols: ['http:'], probe: (url) => connectToxiproxy(url).version(), example: 'http://127.0.0.1:8474' }),
    onPath(binary, 'install Toxiproxy 2.12 as toxiproxy-server: https://github.com/Shopify/toxiproxy/releases'),
    fromCache([built]),
    dockerImage({ image: 'ghcr.io/shopify/toxiproxy:2.12.0', version: '2.12.0' }),
    goInstall(built, { command: 'github.com/Shopify/toxiproxy/v2/cmd/server', builds: 'server' }),
  ],
  start: async (found, runtime, options) => {
    if (found.kind === 'url') return attach('toxiproxy', found, 8474)
    const port = await runtime.port()
    const url = new URL(`http://127.0.0.1:${port}`)
    return launch(found, runtime, options, {
      name: 'toxiproxy',
      url,
      host: '127.0.0.1',
      port,
      args: ['-host', '127.0.0.1', '-port', String(port), '-proxy-metrics'],
      ready: () =>
        waitUntil('toxiproxy to answer /version', 10_000, () =>
          connectToxiproxy(url)
            .version()
            .then(
              () => null,
              (error: Error) => error.message,
            ),
        ),
    })
  },
}
