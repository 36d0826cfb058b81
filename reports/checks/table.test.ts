import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { changed, cleanText, eventful, guarantees, type Change } from './clean-history.ts'
import { judge } from '../verdict.ts'
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

describe('a join that failed is a doubt about the load, not about the record', () => {
  const verdictOf = (change: Change) => judge(examineAll(parseHistory(changed(change)), guarantees), [], null)
  const gaveUp = [
    'clients dave@node-1',
    'failed-step dave: join: could not join room room-1 (no answer)',
    '0.500 dave connect node-1',
    '0.501 dave expected 1',
    '0.900 dave expected 0',
    '0.901 dave disconnect',
  ]
  /** The node answered too late: the log has it, and all others see it. */
  const stored = [
    '9.100 audit entry join dave room-1 7',
    '9.106 audit head room-1 7',
    ...['alice', 'bob', 'carol'].map((who) => `3.700 ${who} sees join room-1 7`),
  ]

  test.each([
    ['was refused', { with: gaveUp }],
    ['is in the log all the same', { without: ['audit head'], with: [...gaveUp, ...stored] }],
  ])('without a violation the run is unknown, for that alone, where it %s', (_where, change) => {
    expect(verdictOf(change)).toEqual({
      verdict: 'unknown',
      exitCode: 3,
      reasons: ['generator-fit: 1 steps of clients failed: dave: join: could not join room room-1 (no answer)'],
    })
  })

  test.each([
    ['a delivery that is lost', 'delivered-to-all', { without: ['carol gets m3'], with: gaveUp }],
    ['an acked message that is not stored', 'acked-is-stored', { without: ['audit stored m1', 'audit read m1'], with: gaveUp }],
    ['what the newcomer is shown from before its join', 'access', { without: ['audit head'], with: [...gaveUp, ...stored, '0.800 dave gets m1 4'] }],
  ])('beside it %s is a violation', (_what, check, change) => {
    const { verdict, reasons } = verdictOf(change)
    expect(verdict).toBe('invalid')
    expect(reasons.filter((reason) => reason.startsWith(check))).toHaveLength(1)
  })
})
