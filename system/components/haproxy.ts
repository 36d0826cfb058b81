import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Binary } from './binary.ts'
import type { Component } from './component.ts'
import { launch } from './launch.ts'
import { aptPackage } from './sources/apt.ts'
import { dockerImage } from './sources/docker.ts'
import { onPath } from './sources/path.ts'
import { waitUntil } from './wait.ts'

export interface HaproxyOptions {
  /** The whole configuration file; relative paths in it start at the component's folder. */
  configuration: string
  /** A port of 127.0.0.1 that the configuration binds: it serves when this accepts, and its `url` names it. */
  port: number
}

const binary: Binary = { names: ['haproxy'], versionArguments: ['-v'], version: /version (\d[\d.]*)/, minimum: '2.4' }

function accepts(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 500 })
    const answer = (reason: string | null): void => {
      socket.destroy()
      resolve(reason)
    }
    socket.once('connect', () => answer(null))
    socket.once('timeout', () => answer(`port ${port} does not accept`))
    socket.once('error', (error) => answer(error.message))
  })
}

/** The balancer. It has no URL source: its configuration belongs to the run, so a balancer that somebody else runs can't serve. */
export const haproxy: Component<HaproxyOptions> = {
  name: 'haproxy',
  sources: [
    onPath(binary, 'install HAProxy 2.4 or newer, e.g. brew install haproxy'),
    dockerImage({ image: 'haproxy:3.0-alpine', version: '3.0' }),
    aptPackage('haproxy', binary),
  ],
  start: async (found, runtime, options) => {
    if (found.kind === 'url') throw new Error(`haproxy cannot be used by URL (${found.url.host}): its configuration belongs to the run`)
    const { configuration, port } = options
    const path = join(options.folder, 'haproxy.cfg')
    await mkdir(options.folder, { recursive: true })
    await writeFile(path, configuration)
    const program = found.kind === 'image' ? ['haproxy'] : []
    return launch(found, runtime, options, {
      name: 'haproxy',
      url: new URL(`http://127.0.0.1:${port}`),
      host: '127.0.0.1',
      port,
      args: [...program, '-db', '-f', path],
      ready: () => waitUntil('haproxy to accept connections', 10_000, () => accepts(port)),
    })
  },
}
