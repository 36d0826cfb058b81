import { expect, test } from 'vitest'
import { examineChanged, examineEventful } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { intact } from './intact.ts'

test('valid: every content is the one that was meant', () => {
  expect(examineChanged(intact)).toMatchObject({ verdict: 'valid', population: 12 })
})
test('invalid: a member sees another content than the sender meant', () => {
  const finding = examineExample('intact')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { seen: 1, stored: 0, violations: 1 } })
  expect(finding.evidence[0]).toMatchObject({ message: 'm2' })
  expect(finding.evidence[0]?.events.length).toBeLessThanOrEqual(12)
})
test('invalid: the content is another one in the store, and for all who read it', () => {
  const change = {
    without: ['audit stored m1', 'audit read m1'],
    with: ['9.103 audit stored m1 room-1 4 node-1 body=altered', '9.107 audit read m1 room-1 4 body=altered'],
  }
  expect(examineChanged(intact, change)).toMatchObject({ verdict: 'invalid', figures: { stored: 1 } })
})
test('invalid: an altered content on a page, and one that claims to be an edit that nobody asked for', () => {
  expect(examineChanged(intact, { with: ['4.1 carol reads m1 4 body=altered'] })).toMatchObject({ verdict: 'invalid', figures: { seen: 1 } })
  expect(examineEventful(intact, { with: ['4.6 alice gets m2 5 on=wire way=sync rev=7 body=m2-e9'] })).toMatchObject({
    verdict: 'invalid',
    figures: { seen: 1 },
  })
})
test('unknown: no audit', () => {
  expect(examineChanged(intact, { without: ['audit head'] }).verdict).toBe('unknown')
})
test('near miss: the body of an edit, a stub, and a message of somebody else', () => {
  const change = { with: ['4.6 alice gets m2 5 on=wire way=sync rev=7 body=m2-e1', '4.6 alice stub room-1 4 on=wire way=sync', '4.7 alice gets ghost 11'] }
  expect(examineEventful(intact, change).verdict).toBe('valid')
})
