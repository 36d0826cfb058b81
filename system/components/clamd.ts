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

export interface ClamdOptions {
  /** Longest content that it takes; what is longer is refused unscanned. */
  streamLimitBytes?: number
}

const binary: Binary = { names: ['clamd'], versionArguments: ['--version'], version: /ClamAV (\d[\d.]*)/, minimum: '1.0' }
/** Above what a node lets anybody upload, so that every upload can be scanned whole. */
const streamLimitBytes = 32 * 1_048_576
const pingMs = 500

/**
 * The test file that every scanner takes for a virus, put together here so that no scanner finds it in this repository.
 * Source: EICAR, "Download Anti Malware Testfile", https://www.eicar.org/download-anti-malware-testfile/
 */
export const testVirus = () => ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('-')

/** The one signature that a run needs: clamd starts with it in 0.3 s and 20 MB, with those of the world in 20 s and over 1 GB. */
const signature = () => `Eicar-Test:0:*:${Buffer.from(testVirus()).toString('hex')}\n`

/** Pure. AlertExceedsMax: what was too big or too deep to be scanned whole must not be called clean. Source: clamd.conf(5) */
function clamdConfiguration(options: { port: number; signatures: string; temporary: string; streamLimitBytes: number; isRoot: boolean }): string {
  const lines = [
    `TCPSocket ${options.port}`,
    'TCPAddr 127.0.0.1',
    `DatabaseDirectory "${options.signatures}"`,
    `TemporaryDirectory "${options.temporary}"`,
    `StreamMaxLength ${options.streamLimitBytes}`,
    'Foreground yes',
    'SelfCheck 0',
    'AlertExceedsMax yes',
    // Else it would look for an account of its own, which the machine may lack.
    ...(options.isRoot ? ['User root'] : []),
  ]
  return `${lines.join('\n')}\n`
}

/** Null when it answers; its signatures are loaded then. Source: clamd(8), PING */
function ping(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: pingMs }, () => socket.write('zPING\0'))
    const answer = (reason: string | null): void => {
      socket.destroy()
      resolve(reason)
    }
    socket.once('data', (data) => answer(data.toString().startsWith('PONG') ? null : `it answered ${data.toString()}`))
    socket.once('timeout', () => answer(`no answer within ${pingMs} ms`))
    socket.once('error', (error) => answer(error.message))
    socket.once('close', () => answer('it closed the connection'))
  })
}

/** The virus scanner. It has no URL source: a scanner that somebody else runs may keep what is sent to it, and its limits are not the run's. */
export const clamd: Component<ClamdOptions> = {
  name: 'clamd',
  sources: [
    onPath(binary, 'install ClamAV 1.0 or newer, e.g. brew install clamav'),
    dockerImage({ image: 'clamav/clamav:1.4_base', version: '1.4' }),
    aptPackage('clamav-daemon', binary),
  ],
  start: async (found, runtime, options) => {
    if (found.kind === 'url') throw new Error(`clamd cannot be used by URL (${found.url.host}): its signatures and limits belong to the run`)
    const port = await runtime.port()
    const [signatures, temporary] = [join(options.folder, 'signatures'), join(options.folder, 'temporary')]
    const path = join(options.folder, 'clamd.conf')
    await mkdir(signatures, { recursive: true })
    await mkdir(temporary, { recursive: true })
    await writeFile(join(signatures, 'run.ndb'), signature())
    const isRoot = process.getuid?.() === 0
    await writeFile(path, clamdConfiguration({ port, signatures, temporary, streamLimitBytes: options.streamLimitBytes ?? streamLimitBytes, isRoot }))
    const program = found.kind === 'image' ? ['clamd'] : []
    return launch(found, runtime, options, {
      name: 'clamd',
      url: new URL(`tcp://127.0.0.1:${port}`),
      host: '127.0.0.1',
      port,
      args: [...program, `--config-file=${path}`],
      ready: () => waitUntil('clamd to answer a ping', 15_000, () => ping(port)),
    })
  },
}
