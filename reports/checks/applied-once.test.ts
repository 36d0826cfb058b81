import { expect, test } from 'vitest'
import { appliedOnce } from './applied-once.ts'
import { examineChanged, examineEventful } from './clean-history.ts'
import { examineExample } from './examples.ts'

test('valid: each delivery applied once', () => {
  expect(examineChanged(appliedOnce)).toMatchObject({ verdict: 'valid', population: 9, figures: { wireDuplicates: 0, redeliveries: 0 } })
})
test('invalid: a message is applied again after a reconnect', () => {
  const finding = examineExample('applied-once')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { appliedAgain: 1, redeliveries: 1 } })
  expect(finding.evidence[0]?.title).toContain('carol applies it again')
})
test('invalid: a message is applied with a hole before it', () => {
  expect(examineChanged(appliedOnce, { without: ['alice gets m2'] })).toMatchObject({ verdict: 'invalid', figures: { holes: 1 } })
})
test('unknown: no audit', () => {
  expect(examineChanged(appliedOnce, { without: ['audit head'] }).verdict).toBe('unknown')
})
test('near miss: a duplicate that only came on the wire, in this session and in a later one', () => {
  const change = { with: ['4.0 carol gets m3 6 on=wire', '4.1 carol connect node-2 session=2', '4.2 carol gets m3 6 on=wire way=sync'] }
  expect(examineChanged(appliedOnce, change)).toMatchObject({ verdict: 'valid', figures: { wireDuplicates: 1, redeliveries: 1 } })
})
test('near miss: applied again in a new view generation, and held before it was applied', () => {
  const reset = { with: ['4.0 carol syncReset room-1 6', '4.1 carol gets m2 5 way=page', '4.2 carol gets m3 6 way=page'] }
  expect(examineChanged(appliedOnce, reset).verdict).toBe('valid')
  expect(examineChanged(appliedOnce, { without: ['carol gets m3'], with: ['3.15 carol gets m3 6 on=held', '3.3 carol gets m3 6 on=applied'] }).verdict).toBe(
    'valid',
  )
})

test('near miss: changes count in the order, and who joins again begins anew', () => {
  expect(examineEventful(appliedOnce).verdict).toBe('valid')
  const back = ['4.6 carol joined room-1 11', '4.7 carol sees join room-1 11', '9.1 audit entry join carol room-1 11', '9.1 audit head room-1 11']
  expect(examineEventful(appliedOnce, { without: ['audit head'], with: back }).verdict).toBe('valid')
  const unasked = back.filter((line) => !line.includes('joined'))
  expect(examineEventful(appliedOnce, { without: ['audit head'], with: unasked })).toMatchObject({ verdict: 'invalid', figures: { holes: 1 } })
})
test('invalid: a change is applied twice, or one was passed over', () => {
  expect(examineEventful(appliedOnce, { with: ['4.6 bob sees edit room-1 7'] })).toMatchObject({ verdict: 'invalid', figures: { appliedAgain: 1 } })
  expect(examineEventful(appliedOnce, { without: ['bob sees edit'] })).toMatchObject({ verdict: 'invalid', figures: { holes: 1 } })
})
test('invalid: a deleted message that was applied whole is applied again as a stub', () => {
  expect(examineEventful(appliedOnce, { with: ['4.6 bob stub room-1 4 rev=8'] })).toMatchObject({ verdict: 'invalid', figures: { appliedAgain: 1 } })
})
