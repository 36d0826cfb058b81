/** `shakedown up`: a cluster to try by hand, with every link through Toxiproxy, until Ctrl-C. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { createProcessRuntime } from '../../system/cluster/process-runtime.ts'
import { startCluster } from '../../system/cluster/start-cluster.ts'
import { findComponents } from '../find-components.ts'
import { topologyNamed } from '../prepare.ts'

export function upCommand(): Command {
  return new Command('up')
    .description('keep a cluster running and print its URL, tokens for two users and its links, until Ctrl-C')
    .option('--topology <name>', 'how nodes and clients are connected', 'adapter-classic')
    .option('--no-install', 'never download, build or install a component')
    .addHelpText('after', '\nExamples:\n  npx shakedown up\n  npx shakedown up --topology adapter-classic --no-install')
    .action(async (options: { topology: string; install: boolean }) => {
      const topology = topologyNamed(options.topology)
      const interrupted = Promise.withResolvers<void>()
      process.once('SIGINT', () => {
        interrupted.resolve()
      })
      process.once('SIGTERM', () => {
        interrupted.resolve()
      })
      const found = await findComponents({ install: options.install, optional: { store: 'wanted', clamd: 'wanted' }, progress: console.log })
      await using stack = new AsyncDisposableStack()
      const folder = await mkdtemp(join(tmpdir(), 'shakedown-up-'))
      stack.defer(() => rm(folder, { recursive: true, force: true }))
      await mkdir(join(folder, 'logs'))
      const runId = `up-${randomBytes(4).toString('hex')}`
      const runtime = stack.use(await createProcessRuntime({ logFolder: join(folder, 'logs'), runId }))
      const cluster = stack.use(
        await startCluster({
          topology,
          files: found.store !== undefined && found.clamd !== undefined ? { access: 'signed' } : null,
          runtime,
          found,
          folder,
          runId,
          proxied: ['*'],
          cohorts: ['office'],
          originNs: process.hrtime.bigint(),
          secret: randomBytes(32).toString('hex'),
          mutant: null,
          events: {
            started: () => undefined,
            ready: (node) => {
              console.log(`${node} is ready`)
            },
            exited: (node, exit) => {
              console.log(`${node} exited: ${exit.signal ?? exit.code}`)
            },
          },
        }),
      )
      console.log(`\nurl      ${cluster.entrance('office').href}`)
      for (const user of ['alice', 'bob']) console.log(`token    ${user} (device ${user}-1)  ${await cluster.mintToken(user, `${user}-1`)}`)
      const toxiproxy = cluster.components.find((component) => component.name === 'toxiproxy')
      console.log(`faults   ${toxiproxy?.url.href ?? ''}proxies   (Toxiproxy's own HTTP interface)`)
      for (const link of cluster.links) console.log(`link     ${link.name.padEnd(20)} ${link.host}:${link.port} -> ${link.upstream.host}:${link.upstream.port}`)
      console.log(`logs     ${join(folder, 'logs')}\n\nCtrl-C ends it.`)
      await interrupted.promise
      console.log('\nending nodes and components in order')
      process.exitCode = 130
    })
}
