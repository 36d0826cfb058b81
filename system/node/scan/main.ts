/** A scan worker as a process: reads the environment, starts, prints where its health is, closes on SIGTERM. */
import { pino } from 'pino'
import { v7 as uuidv7 } from 'uuid'
import { mutants } from '../../mutants/table.ts'
import { composeScanner } from './compose-scanner.ts'
import { maskedScanner, readScannerConfiguration } from './configuration.ts'
import type { ScannerParts } from './scanner-parts.ts'

let log = pino()
process.on('uncaughtException', (error) => {
  log.fatal({ error: error.stack }, 'uncaught exception')
  process.exit(1)
})

function decoratorOf(name: string | null): (parts: ScannerParts) => ScannerParts {
  if (name === null) return (parts) => parts
  const mutant = mutants.find((row) => row.name === name)
  if (mutant === undefined) throw new Error(`there is no mutant ${name}; known: ${mutants.map((row) => row.name).join(', ')}`)
  return (parts) => mutant.scanner?.(parts) ?? parts
}

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
  decoratorOf(configuration.mutant),
)
process.once('SIGTERM', () => {
  log.info('closing')
  scanner.close().then(
    () => process.exit(0),
    (error: unknown) => {
      log.fatal({ error: String(error) }, 'closing failed')
      process.exit(1)
    },
  )
})
const port = await scanner.listen()
log.info(`ready on http://127.0.0.1:${port}`)
