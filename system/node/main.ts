/** A chat node as a process: reads the environment, starts, prints where it is ready, closes on SIGTERM. */
import { pino } from 'pino'
import { v7 as uuidv7 } from 'uuid'
import { closeOnTerminate, decoratorOf, exitOnUncaught } from './entry-point.ts'
import { composeNode } from './compose.ts'
import { masked, readConfiguration } from './configuration.ts'

let log = pino()
exitOnUncaught(() => log)

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
  decoratorOf(configuration.mutant, (mutant) => mutant.node),
)
closeOnTerminate(log, 'draining', () => node.drain())
const port = await node.listen()
log.info(`ready on http://127.0.0.1:${port}`)
