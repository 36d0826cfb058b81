/** `shakedown doctor`: which component would come from where, or why none would and what fixes it. */
import { Command } from 'commander'
import { surveyComponents } from '../../system/components/table.ts'
import { givenUrls } from '../find-components.ts'

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('tell where each component would come from; exit 0 only if a run could start')
    .option('--install', 'get what is missing as a run would')
    .option('--json', 'print data instead of text')
    .addHelpText('after', '\nExamples:\n  npx shakedown doctor\n  npx shakedown doctor --install')
    .action(async (options: { install?: true; json?: true }) => {
      const survey = await surveyComponents({
        install: options.install === true,
        urls: givenUrls(process.env),
        progress: (line) => {
          console.error(line)
        },
      })
      if (options.json) console.log(JSON.stringify(survey, null, 2))
      for (const { name, found, tried } of options.json ? [] : survey) {
        if (found) {
          const place = found.kind === 'program' ? found.path : found.kind === 'image' ? found.image : found.url.href
          console.log(`✓ ${name.padEnd(10)} ${found.version}  ${found.source}  ${place}${found.standIn ? `  (stand-in: ${found.standIn})` : ''}`)
        } else {
          console.log(`✗ ${name.padEnd(10)} from none of its sources${name === 'store' ? ' (optional: only archives need it)' : ''}:`)
          for (const { source, why, fix } of tried) console.log(`    ${source}: ${why}${fix ? `; to fix: ${fix}` : ''}`)
        }
      }
      process.exitCode = survey.every(({ name, found }) => found !== null || name === 'store') ? 0 : 5
    })
}
