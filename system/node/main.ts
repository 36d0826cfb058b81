/** A chat node as a process: reads the environment, starts, prints where it is ready, closes on SIGTERM. */
import { pino } from 'pino'
import { v7 as uuidv7 } from 'uuid'
import { mutants } from '../mutants/table.ts'
import { composeNode } from './compose.ts'
import { masked, readConfiguration } from './configuration.ts'
import type { NodeParts } from './parts.ts'

let log = pino()
process.on('uncaughtException', (error) => {
  log.fatal({ error: error.stack }, 'uncaught exception')
  process.exit(1)
})

function decoratorOf(name: string | null): (parts: NodeParts) => NodeParts {
  if (name === null) return (parts) => parts
  const mutant = mutants.find((row) => row.name === name)
  if (mutant === undefined) throw new Error(`there is no mutant ${name}; known: ${mutants.map((row) => row.name).join(', ')}`)
  return (parts) => mutant.node?.(parts) ?? parts
}

const configuration = readConfiguration(process.env)
log = pino({ level: configuration.logLevel }).child({ node: configuration.name, boot: configuration.boot })
log.info({ configuration: masked(configuration) }, 'configuration')
const node = composeNode(
  configuration,
  {
    nowMs: () => Date.now(),
    monotonicNs: () => process.hrtime.bigint(),
    random: () => Math.random(),
    newId: () => uuidv7(),
    newEpoch: () => uuidv7(),
    onError: (error, during) => log.warn({ during, error: error instanceof Error ? error.message : String(error) }, 'error'),
    log: (level, text, facts) => log[level](facts, text),
  },
  decoratorOf(configuration.mutant),
)
process.once('SIGTERM', () => {
  log.info('draining')
  node.drain().then(
    () => process.exit(0),
    (error: unknown) => {
      log.fatal({ error: String(error) }, 'drain failed')
      process.exit(1)
    },
  )
})
const port = await node.listen()
log.info(`ready on http://127.0.0.1:${port}`)
