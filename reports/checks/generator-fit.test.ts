import { expect, test } from 'vitest'
import { examineChanged } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { generatorFit } from './generator-fit.ts'

/** Lines of that many messages of carol's, each invoked as late as asked. */
const offered = (count: number, lateMs: (index: number) => number): string[] =>
  Array.from({ length: count }, (_, index) => [
    `${(5 + index / 100).toFixed(3)} carol intended n${index} room-1`,
    `${(5 + index / 100 + lateMs(index) / 1000).toFixed(3)} carol invoked n${index} room-1`,
  ]).flat()

test('valid: what was asked was offered on time', () => {
  expect(examineChanged(generatorFit)).toMatchObject({ verdict: 'valid', population: 2, figures: { achieved: 2, share: 1, lagP99Ms: 2, silentClients: 0 } })
})
test('invalid: never, a generator at its limit is no fault of the chat, so the run is unknown at worst', () => {
  const change = { with: ['clients dave@node-1', '0.5 run lag 900000', '3.9 carol intended m4 room-1', '3.95 carol intended m5 room-1'] }
  expect(examineChanged(generatorFit, change)).toMatchObject({ verdict: 'unknown', figures: { achieved: 2, silentClients: 1, violations: 0 } })
})
test('unknown: a message is never invoked', () => {
  const finding = examineExample('generator-fit')
  expect(finding.verdict).toBe('unknown')
  expect(finding.why).toContain('66.7 %')
})
test.each([
  ['3 % of the messages are invoked more than a second late', offered(98, (index) => (index < 3 ? 1001 : 0)), '97.0 %'],
  ['the event loop lags', ['0.5 run lag 300000'], 'lagged 300 ms'],
  ['a client could not join', ['failed-step bob: join: no answer'], '1 steps of clients failed: bob: join: no answer'],
  ['a client left no rows', ['clients dave@node-1'], '1 clients left no rows: dave/laptop'],
])('unknown: %s', (_what, lines, why) => {
  const finding = examineChanged(generatorFit, { with: lines })
  expect(finding.verdict).toBe('unknown')
  expect(finding.why).toContain(why)
})
test("near miss: what is not invoked inside impact is the cluster's doing", () => {
  expect(examineChanged(generatorFit, { with: ['2.5 carol intended m4 room-1'] })).toMatchObject({ verdict: 'valid', population: 2 })
})
test('near miss: 2 % too late, all others late by a second, and one long pause among a hundred', () => {
  const late = offered(98, (index) => (index < 2 ? 1001 : 1000))
  expect(examineChanged(generatorFit, { with: late })).toMatchObject({ verdict: 'valid', population: 100, figures: { share: 0.98 } })
  const arriving = { without: ['phase steady 0 1'], with: ['phase steady 0.7 1', '0.5 run lag 900000'] }
  expect(examineChanged(generatorFit, arriving)).toMatchObject({ verdict: 'valid' })
  const lags = Array.from({ length: 99 }, (_, index) => `${index / 10} run lag ${index === 50 ? 900_000 : 2000}`)
  expect(examineChanged(generatorFit, { with: lags })).toMatchObject({ verdict: 'valid', figures: { lagP99Ms: 2 } })
})
