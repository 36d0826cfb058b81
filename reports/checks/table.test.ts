import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { changed, cleanText, eventful, guarantees } from './clean-history.ts'
import { checkList, examine, examineAll } from './table.ts'
import { parseHistory } from './text-history.ts'

describe.each(checkList.map((check) => check.name))('%s has histories by hand', (name) => {
  const file = new URL(`${name}.test.ts`, import.meta.url)
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''

  test.each(['valid', 'invalid', 'unknown', 'near miss'])('in a test named "%s: ..."', (group) => {
    // A test of its own or the rows of a test.each.
    expect(text, `${name}.test.ts`).toMatch(new RegExp(`^(test|\\]\\))\\(['"\`]${group}: `, 'm'))
  })

  test('through the language of text-history.ts', () => {
    expect(text, `${name}.test.ts`).toMatch(/examineChanged\(|parseHistory\(/)
  })
})

test('the whole table is valid, or does not apply, on the clean history, in the order of the list', () => {
  const results = examineAll(parseHistory(cleanText), guarantees)
  expect(results.filter((result) => result.verdict !== 'valid' && result.verdict !== 'not-applicable')).toEqual([])
  expect(results.map((result) => result.name)).toEqual(checkList.map((check) => check.name))
})

test('a check that throws is unknown, with the reason', () => {
  const broken = {
    name: 'broken',
    claim: '',
    examine: () => {
      throw new Error('no such column')
    },
  }
  expect(examine(broken, parseHistory(cleanText), guarantees)).toMatchObject({ verdict: 'unknown', why: 'the check failed: no such column' })
})

test("a hand-written history that can't be read quotes its line", () => {
  expect(() => parseHistory('clients alice\n0.1 alice dances')).toThrow('"0.1 alice dances": a client has no verb dances')
})

test('the whole table is valid, or does not apply, where messages are edited and deleted and a member is kicked', () => {
  const results = examineAll(parseHistory(changed(eventful)), guarantees)
  expect(results.filter((result) => result.verdict !== 'valid' && result.verdict !== 'not-applicable')).toEqual([])
})
