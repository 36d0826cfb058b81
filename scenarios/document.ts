/** The tables of docs/scenarios.md. */
import { mixKinds } from './engine/mix.ts'
import { verbs, type VerbRow } from './engine/verbs.ts'
import { scenarios } from './table.ts'

/** One row a scenario, one a verb of ours, and the kinds of a mix, as they stand in the document. */
export function scenarioDocument(): { scenarios: string[]; verbs: string[]; mix: string } {
  const chatVerbs = Object.entries<VerbRow>(verbs).filter(([, { kind }]) => kind !== 'socketio')
  return {
    scenarios: scenarios.map(({ name, summary }) => `| \`${name}\` | ${summary} |`),
    verbs: chatVerbs.map(([name, { about, parameters, needs }]) => {
      const named = (parameters ?? []).map((parameter) => `\`${parameter}\``).join(', ')
      return `| \`${name}\` | ${about} | ${named} | ${needs ?? ''} |`
    }),
    mix: Object.keys(mixKinds)
      .map((kind) => `\`${kind}\``)
      .join(', '),
  }
}
