import { expect, test } from 'vitest'
import type { CheckResult, Judgement } from './result.ts'
import { judge } from './verdict.ts'

const check = (name: string, verdict: Judgement): CheckResult => ({
  name,
  claim: '',
  verdict,
  population: 5,
  figures: { violations: verdict === 'invalid' ? 2 : 0 },
  evidence: [],
  ...(verdict === 'unknown' ? { why: 'too little' } : {}),
})
const threshold = (met: boolean | null) => ({ text: 'ack.p99 < 5ms', met, measured: met === null ? null : 7, unit: 'ms' as const })

test('valid is exit code 0, and checks that do not apply do not matter', () => {
  expect(judge([check('a', 'valid'), check('b', 'not-applicable')], [threshold(true)], null)).toEqual({ verdict: 'valid', exitCode: 0, reasons: [] })
})
test('insufficiency makes a valid run unknown, and never hides an invalid one', () => {
  expect(judge([check('a', 'valid'), check('b', 'unknown')], [], null)).toMatchObject({ verdict: 'unknown', exitCode: 3, reasons: ['b: too little'] })
  expect(judge([check('a', 'unknown'), check('b', 'invalid')], [], null)).toMatchObject({
    verdict: 'invalid',
    exitCode: 2,
    reasons: ['b: 2 violations of 5', 'a: too little'],
  })
})
test('a missed threshold is exit code 1, one without measurements is unknown', () => {
  expect(judge([check('a', 'valid')], [threshold(false)], null)).toMatchObject({
    verdict: 'valid',
    exitCode: 1,
    reasons: ['threshold missed: ack.p99 < 5ms (7 ms)'],
  })
  expect(judge([check('a', 'valid')], [threshold(null)], null)).toMatchObject({ verdict: 'unknown', exitCode: 3 })
})
test('a run whose end is not recorded is unknown, whatever was found', () => {
  expect(judge([check('a', 'invalid')], [], 'killed')).toEqual({ verdict: 'unknown', exitCode: 3, reasons: ['killed'] })
})
