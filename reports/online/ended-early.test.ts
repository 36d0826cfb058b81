import { expect, test } from 'vitest'
import { changed, guarantees } from '../checks/clean-history.ts'
import { examineAll } from '../checks/table.ts'
import { parseHistory } from '../checks/text-history.ts'

/** A run that was ended while bob still waited for m2, after alice had applied m1 twice. */
const text = changed({ without: ['run settled', 'alice gets m2', 'bob status m2'], with: ['0.200 alice gets m1 4'] })
const verdicts = (endedEarly: string | null): Map<string, string> => {
  const history = { ...parseHistory(text), ...(endedEarly === null ? {} : { endedEarly }) }
  return new Map(examineAll(history, guarantees).map((check) => [check.name, check.verdict]))
}

test('a run that was ended at its first violation is judged by its audit, and owes nothing that only a settled run owes', () => {
  const found = verdicts('applied-once violated')
  expect(found.get('applied-once')).toBe('invalid')
  expect(found.get('acked-is-stored')).toBe('valid')
  expect(found.get('delivered-to-all')).toBe('unknown')
  expect(found.get('no-stuck-status')).toBe('unknown')
})

test('a run that has no end for another reason stays unknown', () => {
  expect(verdicts(null).get('applied-once')).toBe('unknown')
})
