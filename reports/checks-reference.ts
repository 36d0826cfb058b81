/** The checks as a document: what each claims, by which rule, an example, and what it can't see. `node reports/checks-reference.ts > docs/checks.md` writes it anew. */
import { readFileSync } from 'node:fs'
import { examineExample, examples } from './checks/examples.ts'
import { checkList, checks } from './checks/table.ts'
import { docstringParts } from './reference/docstring.ts'
import { introduction } from './reference/introduction.ts'
import { renderCheck } from './render/terminal.ts'

/** The source of a check's file. */
export const sourceOf = (name: string): string => readFileSync(new URL(`checks/${name}.ts`, import.meta.url), 'utf8')

/** `source`: of the check of that name. */
export function checksDocument(source: (name: string) => string): string {
  return `${[introduction(checkList), ...checkList.map((check) => checkSection(check, source(check.name)))].join('\n\n')}\n`
}

function checkSection({ name, claim }: { name: string; claim: string }, source: string): string {
  const told = docstringParts(source)
  const needs = checks.find((check) => check.name === name)?.needs ?? []
  return `## ${name}

*${sentence(claim)}.*${needs.length === 0 ? '' : ` Needs a driver that can do ${needs.map((capability) => `\`${capability}\``).join(', ')}.`}

**Rule.** ${sentence(told.Rule)}

**Excused.** ${sentence(told.Excused)}

**Population.** ${sentence(told.Population)}

**Unknown** ${told.Unknown}

**Can't see:** ${told["Can't see"]}

**Example.** ${examples[name]?.says}

\`\`\`text
${renderCheck(examineExample(name))}
\`\`\``
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

if (import.meta.main) process.stdout.write(checksDocument(sourceOf))
