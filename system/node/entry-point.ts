/** What the processes of the chat have in common: which mutant they load, and how they end. */
import { mutants } from '../mutants/table.ts'
import type { Logger } from 'pino'
import type { Mutant } from '../mutants/mutant.ts'

/** The named mutant's change of the parts, or none. Throws with the names that there are. */
export function decoratorOf<Parts>(name: string | null, of: (mutant: Mutant) => ((parts: Parts) => Parts) | undefined): (parts: Parts) => Parts {
  if (name === null) return (parts) => parts
  const mutant = mutants.find((row) => row.name === name)
  if (mutant === undefined) throw new Error(`there is no mutant ${name}; known: ${mutants.map((row) => row.name).join(', ')}`)
  return of(mutant) ?? ((parts) => parts)
}

/** `log`: the one of that moment, because the configured one comes later. */
export function exitOnUncaught(log: () => Logger): void {
  process.on('uncaughtException', (error) => {
    log().fatal({ error: error.stack }, 'uncaught exception')
    process.exit(1)
  })
}

/** Exit code 0 once `close` is done. `what`: that, as a log line. */
export function closeOnTerminate(log: Logger, what: string, close: () => Promise<void>): void {
  process.once('SIGTERM', () => {
    log.info(what)
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ error: String(error) }, `${what} failed`)
        process.exit(1)
      },
    )
  })
}
