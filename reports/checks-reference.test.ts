import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { examineExample, examples } from './checks/examples.ts'
import { checkList } from './checks/table.ts'
import { checksDocument, sourceOf } from './checks-reference.ts'

const committed = readFileSync(join(import.meta.dirname, '../docs/checks.md'), 'utf8')
/** They never accuse the chat: their examples are what makes a run unknown. */
const neverInvalid: ReadonlySet<string> = new Set(['fault-bit', 'generator-fit', 'population'])

test('docs/checks.md is what the checks say; `node reports/checks-reference.ts > docs/checks.md` writes it anew', () => {
  expect(committed).toBe(checksDocument(sourceOf))
})

test('there is an example of each check, and of nothing else', () => {
  expect(new Set(Object.keys(examples))).toEqual(new Set(checkList.map((check) => check.name)))
})

describe.each(checkList)('$name', ({ name, claim }) => {
  test('has a section with its claim', () => {
    expect(committed.toLowerCase()).toContain(`\n## ${name}\n\n*${claim.toLowerCase()}.*`)
  })
  test('does not pass its example, and a violation comes with its story', () => {
    const { verdict, evidence } = examineExample(name)
    expect(verdict).toBe(neverInvalid.has(name) ? 'unknown' : 'invalid')
    expect(evidence.length > 0).toBe(!neverInvalid.has(name))
  })
})
