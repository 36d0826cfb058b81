/** A scan worker as a process: reads the environment, starts, prints where its health is, closes on SIGTERM. */
import { pino } from 'pino'
import { v7 as uuidv7 } from 'uuid'
import { closeOnTerminate, decoratorOf, exitOnUncaught } from '../entry-point.ts'
import { composeScanner } from './compose-scanner.ts'
import { maskedScanner, readScannerConfiguration } from './configuration.ts'

let log = pino()
exitOnUncaught(() => log)

const configuration = readScannerConfiguration(process.env)
log = pino({ level: configuration.logLevel }).child({ worker: configuration.name, boot: configuration.boot })
log.info({ configuration: maskedScanner(configuration) }, 'configuration')
const scanner = composeScanner(
  configuration,
  {
    nowMs: () => Date.now(),
    monotonicNs: () => process.hrtime.bigint(),
    newId: () => uuidv7(),
    onError: (error, during) => log.warn({ during, error: error instanceof Error ? error.message : String(error) }, 'error'),
    log: (text, facts) => log.info(facts, text),
  },
  decoratorOf(configuration.mutant, (mutant) => mutant.scanner),
)
closeOnTerminate(log, 'closing', () => scanner.close())
const port = await scanner.listen()
log.info(`ready on http://127.0.0.1:${port}`)
