/** `shakedown list`: everything that can be named on a command line. */
import { Command } from 'commander'
import { catalogue, renderCatalogue } from '../catalogue.ts'

export function listCommand(): Command {
  return new Command('list')
    .description('experiments, scenarios, topologies, faults, checks and mutants')
    .option('--json', 'print data instead of text')
    .addHelpText('after', '\nExamples:\n  npx shakedown list\n  npx shakedown list --json')
    .action((options: { json?: true }) => {
      process.stdout.write(options.json ? `${JSON.stringify(catalogue(), null, 2)}\n` : renderCatalogue(catalogue()))
    })
}
