/** `shakedown trace <run> <message or client>`: one life over all writers and journals. */
import { Command } from 'commander'
import { recordDoubt } from '../../reports/checks/table.ts'
import { journeyOf } from '../../reports/journey.ts'
import { renderJourney } from '../../reports/render/journey.ts'
import { findSubject, NoSubject, type Subject } from '../../reports/subject.ts'
import type { History } from '../../reports/history/history.ts'
import { ExitWith, usageExit } from '../exit-with.ts'
import { openRun } from '../open-run.ts'

export function traceCommand(): Command {
  return new Command('trace')
    .description('tell the life of one message or client, from all writers and journals of a run')
    .argument('<run>', 'folder of a run')
    .argument('<message-or-client>', 'id of a message (its beginning or end will do), client:counter, a user or a client number')
    .option('--json', 'print data instead of text')
    .addHelpText(
      'after',
      '\nExamples:\n  npx shakedown trace runs/2026-11-24T0314-redis-drop-7 01a20d65-6c7d\n  npx shakedown trace runs/2026-11-24T0314-redis-drop-7 user-25 | less',
    )
    .action((run: string, what: string, options: { json?: true }) => {
      const history = openRun(run)
      const journey = journeyOf(history, subjectIn(history, what))
      const doubt = recordDoubt(history)
      if (doubt !== null) console.error(`the record is broken, and this may not be all: ${doubt}`)
      console.log(options.json ? JSON.stringify(journey, null, 2) : renderJourney(journey))
    })
}

function subjectIn(history: History, what: string): Subject {
  try {
    return findSubject(history, what)
  } catch (error) {
    if (error instanceof NoSubject) throw new ExitWith(usageExit, error.message)
    throw error
  }
}
