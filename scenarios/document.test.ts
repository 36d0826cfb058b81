import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { scenarioDocument } from './document.ts'

const text = readFileSync(new URL('../docs/scenarios.md', import.meta.url), 'utf8')
const tableUnder = (heading: string): string[] => {
  const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return section.split('\n').filter((line) => line.startsWith('| `'))
}

test('docs/scenarios.md has every scenario, every verb and every kind of a mix, as the tables say', () => {
  const { scenarios, verbs, mix } = scenarioDocument()
  expect(tableUnder('Scenarios')).toEqual(scenarios)
  expect(tableUnder('Verbs')).toEqual(verbs)
  expect(text).toContain(`\n${mix}\n`)
})
