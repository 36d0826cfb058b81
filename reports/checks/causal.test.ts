import { expect, test } from 'vitest'
import { causal } from './causal.ts'
import { examineChanged, examineEventful } from './clean-history.ts'
import { examineExample } from './examples.ts'

/** alice's m3 (seq 6) answers bob's m2 (seq 5). */
const replied = ['3.6 alice replies m3 5 id=id-m2']

test('valid: whoever applied the reply had what it answers', () => {
  expect(examineChanged(causal, { with: replied })).toMatchObject({ verdict: 'valid', figures: { references: 1, applied: 3 } })
})
test('valid: edits and deletions came after their messages', () => {
  expect(examineEventful(causal)).toMatchObject({ verdict: 'valid', figures: { references: 2, applied: 6 } })
})
test('not applicable: nothing refers to a message', () => {
  expect(examineChanged(causal).verdict).toBe('not-applicable')
})
test('invalid: a reply is applied before what it answers', () => {
  const finding = examineExample('causal')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { early: 1, violations: 1 } })
  expect(finding.evidence[0]).toMatchObject({ title: 'seq 6 of room-1 refers to seq 5, which carol did not have', message: 'm2' })
  expect(finding.evidence[0]?.events.length).toBeLessThanOrEqual(12)
})
test('invalid: an edit is applied where its message only came on the wire', () => {
  const change = { without: ['bob gets m2'], with: ['2.012 bob gets m2 5 on=wire'] }
  expect(examineEventful(causal, change)).toMatchObject({ verdict: 'invalid', figures: { early: 1 } })
})
test('invalid: in the log an edit stands below its message', () => {
  const change = {
    without: ['alice sees edit', 'bob sees edit', 'carol sees edit', 'audit entry edit', 'audit entry join carol'],
    with: ['9.1 audit entry edit bob room-1 3 about=m2', '9.1 audit entry join carol room-1 7'],
  }
  expect(examineEventful(causal, change)).toMatchObject({ verdict: 'invalid', figures: { forward: 1 } })
})
test('unknown: no audit', () => {
  expect(examineEventful(causal, { without: ['audit head'] }).verdict).toBe('unknown')
})
test('near miss: what it answers lies before the membership, or below the window of the view', () => {
  const late = {
    without: ['carol gets m2', 'carol gets m1', 'carol joined', 'audit entry join carol', 'audit stored m3', 'audit read m3', 'm3 6', 'audit head'],
  }
  const joined = ['3.3 carol joined room-1 6', '9.1 audit entry join carol room-1 6', '9.1 audit stored m3 room-1 7 node-1', '9.1 audit head room-1 7']
  const seen = ['alice', 'bob', 'carol'].map((who) => `3.62 ${who} gets m3 7`)
  expect(examineChanged(causal, { ...late, with: [...replied, ...joined, ...seen, '9.2 audit read m3 room-1 7'] })).toMatchObject({
    figures: { applied: 2, early: 0 },
  })
  const reset = { without: ['carol gets m2', 'carol gets m1'], with: [...replied, '3.3 carol syncReset room-1 5'] }
  expect(examineChanged(causal, reset)).toMatchObject({ verdict: 'valid', figures: { applied: 2 } })
})
test('near miss: a page brings the reply before what it answers', () => {
  const change = {
    without: ['carol gets m'],
    with: [...replied, '3.1 carol syncReset room-1 6', '3.7 carol gets m3 6 way=page', '3.8 carol gets m2 5 way=page'],
  }
  expect(examineChanged(causal, change)).toMatchObject({ verdict: 'valid', figures: { early: 0 } })
})
test('near miss: what it answers is of an earlier stay, whose end it missed', () => {
  const stays = [
    '9.1 audit entry leave carol room-1 7',
    '9.1 audit entry join carol room-1 8',
    '9.1 audit entry react carol room-1 9 about=m2',
    '9.2 audit head room-1 9',
  ]
  const seen = ['3.700 carol left room-1 7', '3.710 carol joined room-1 8', '3.711 carol sees join room-1 8', '3.720 carol sees react room-1 9']
  const change = { without: ['carol gets m2', 'carol gets m3', 'audit head'], with: [...stays, ...seen] }
  expect(examineChanged(causal, change)).toMatchObject({ verdict: 'valid' })
  expect(examineChanged(causal, { ...change, with: change.with.filter((line) => !line.includes('carol joined room-1 8')) })).toMatchObject({
    verdict: 'invalid',
  })
})
