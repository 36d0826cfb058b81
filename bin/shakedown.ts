#!/usr/bin/env node
/** The command table. Exit codes: 0 valid, 1 a threshold missed, 2 a guarantee violated, 3 unknown, 4 usage, 5 harness failure, 130 interrupted. */
import { Command, CommanderError } from 'commander'
import { doctorCommand } from './commands/doctor.ts'
import { historyCommand } from './commands/history.ts'
import { listCommand } from './commands/list.ts'
import { proveCommand } from './commands/prove.ts'
import { runCommand } from './commands/run.ts'
import { traceCommand } from './commands/trace.ts'
import { upCommand } from './commands/up.ts'
import { verifyCommand } from './commands/verify.ts'
import { ExitWith } from './exit-with.ts'
import { ensureNode24 } from './node-version.ts'

ensureNode24()
const program = new Command('shakedown')
  .description(
    'Load testing and chaos verification for realtime chat: proves that no message was lost, duplicated, reordered or left stuck, or shows the events that prove the opposite.',
  )
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('(see: npx shakedown --help)')
for (const command of [runCommand, verifyCommand, historyCommand, traceCommand, listCommand, proveCommand, doctorCommand, upCommand])
  program.addCommand(command().exitOverride().showHelpAfterError(true))

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}
// Sockets of libraries may linger; the work is done and every resource is disposed.
process.exit()

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 4
  if (error instanceof ExitWith) {
    if (error.message) console.error(error.message)
    return error.exitCode
  }
  console.error(`shakedown failed: ${error instanceof Error ? error.message : String(error)}`)
  if (process.env['SHAKEDOWN_DEBUG'] && error instanceof Error) console.error(error.stack)
  else console.error('This is a failure of the harness, not a verdict. For a stack trace set SHAKEDOWN_DEBUG=1.')
  return 5
}
