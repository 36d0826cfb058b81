import { expect, test } from 'vitest'
import { examineChanged, examineEventful } from './clean-history.ts'
import { deliveredToAll } from './delivered-to-all.ts'
import { examineExample } from './examples.ts'

test('valid: every member applied every message, local and remote apart', () => {
  expect(examineChanged(deliveredToAll)).toMatchObject({ verdict: 'valid', population: 9, figures: { applied: 9, owedLocal: 5, owedRemote: 4, byRange: 2 } })
})

test('invalid: a member never got a message that was published', () => {
  const finding = examineExample('delivered-to-all')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { violations: 1, missingRemote: 1, "lost: published not on the peer's wire": 1 } })
  expect(finding.evidence[0]).toMatchObject({ message: 'm2', locus: "published not on the peer's wire", fault: 'cut node-*->redis' })
})

test.each([
  ['committed not published', { without: ['alice gets m2', 'carol gets m2', 'node-2 published m2'] }],
  ['committed not published', { without: ['alice gets m2', 'node-2 published m2'], with: ['2.003 node-2 relayed m2 seq=5'] }],
  ['on the wire not applied', { without: ['alice gets m2'], with: ['2.5 alice gets m2 5 on=held'] }],
])('invalid: a member never applied a message, locus %s', (locus, change) => {
  const finding = examineChanged(deliveredToAll, change)
  expect(finding.verdict).toBe('invalid')
  expect(finding.evidence[0]).toMatchObject({ message: 'm2', locus, fault: 'cut node-*->redis' })
  expect(finding.figures[`lost: ${locus}`]).toBeGreaterThan(0)
})

test('invalid: the sender is owed its own message', () => {
  expect(examineChanged(deliveredToAll, { without: ['bob gets m2'] })).toMatchObject({ verdict: 'invalid', figures: { missingLocal: 1 } })
})

test('invalid: the deadline of settle passed with every fault healed, and it names what was pending', () => {
  const finding = examineChanged(deliveredToAll, { without: ['alice gets m2', 'run settled'], with: ['9.000 run settled 0 alice: room-1 applied 4 of 5'] })
  expect(finding).toMatchObject({ verdict: 'invalid' })
  expect(finding.why).toContain('alice: room-1 applied 4 of 5')
})

test('unknown: a gap while a fault was never healed', () => {
  const finding = examineChanged(deliveredToAll, {
    without: ['alice gets m2', 'fault cut', 'run settled'],
    with: ['fault cut node-*->redis 1 - bit', '9.0 run settled 0 alice'],
  })
  expect(finding.verdict).toBe('unknown')
})

test('unknown: the run never came to the end of settle', () => {
  expect(examineChanged(deliveredToAll, { without: ['run settled'] }).verdict).toBe('unknown')
})

test('near miss: what was before a join, after a leave, skipped by a reset or after a client went is not owed', () => {
  const late = ['clients dave@node-1 erin@node-2', '0.2 dave expected 1', '9.1 audit entry join dave room-1 7', '9.1 audit head room-1 7']
  expect(examineChanged(deliveredToAll, { without: ['audit head'], with: late })).toMatchObject({ verdict: 'valid', population: 9 })
  expect(examineChanged(deliveredToAll, { without: ['carol gets m3', 'carol expected'], with: ['3.3 carol expected 0'] })).toMatchObject({
    verdict: 'valid',
    population: 8,
  })
  expect(examineChanged(deliveredToAll, { without: ['alice gets m2'], with: ['3.1 alice syncReset room-1 5'] })).toMatchObject({
    verdict: 'valid',
    figures: { excusedByReset: 1 },
  })
})

test('not applicable: a best-effort experiment only reports', () => {
  expect(examineChanged(deliveredToAll, { without: ['alice gets m2'] }, { delivery: 'best-effort' }).verdict).toBe('not-applicable')
})

const rejoins = ['9.1 audit entry join carol room-1 11', '9.1 audit head room-1 11', '4.6 carol joined room-1 11']

test('near miss: whoever was kicked is owed only what it had reached', () => {
  expect(examineEventful(deliveredToAll)).toMatchObject({ verdict: 'valid', population: 11 })
  expect(examineEventful(deliveredToAll, { without: ['carol gets m3', 'carol sees'] })).toMatchObject({ verdict: 'valid', population: 10 })
})

test('near miss: who joins again is not owed what lay between', () => {
  expect(examineEventful(deliveredToAll, { without: ['audit head'], with: rejoins })).toMatchObject({ verdict: 'valid', population: 11 })
})

test('near miss: a stub of a deleted message is a delivery, too', () => {
  expect(examineEventful(deliveredToAll, { without: ['bob gets m1'], with: ['0.113 bob stub room-1 4 way=sync rev=8'] })).toMatchObject({
    verdict: 'valid',
    population: 11,
  })
})

test('invalid: who was kicked had lost something before it', () => {
  expect(examineEventful(deliveredToAll, { without: ['carol gets m2'] })).toMatchObject({ verdict: 'invalid', figures: { missingRemote: 1 } })
})

test('invalid: a ban that is lifted ends no membership', () => {
  const change = { without: ['entry leave'], with: ['9.1 audit entry ban carol room-1 9 lifted=1'] }
  expect(examineEventful(deliveredToAll, change)).toMatchObject({ verdict: 'invalid', figures: { missingRemote: 1 } })
  const banned = { without: ['entry leave'], with: ['9.1 audit entry ban carol room-1 9'] }
  expect(examineEventful(deliveredToAll, banned).verdict).toBe('valid')
})

test('invalid: who joined again lost a message after that', () => {
  const more = [
    '4.7 bob sends m6 room-1',
    '4.8 bob ok m6 12',
    '4.8 bob gets m6 12',
    '4.8 alice gets m6 12',
    '9.1 audit stored m6 room-1 12 node-2',
    '9.1 audit head room-1 12',
    '9.2 audit read m6 room-1 12',
  ]
  const back = [...rejoins.filter((line) => !line.includes('head')), ...more]
  expect(examineEventful(deliveredToAll, { without: ['audit head'], with: back })).toMatchObject({ verdict: 'invalid', figures: { missingRemote: 1 } })
  expect(examineEventful(deliveredToAll, { without: ['audit head'], with: [...back, '4.9 carol gets m6 12'] }).verdict).toBe('valid')
})
