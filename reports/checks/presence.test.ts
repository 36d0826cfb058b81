import { expect, test } from 'vitest'
import type { CheckResult } from '../result.ts'
import { changed, guarantees, type Change } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { beatsOf, presenceText } from './hand-histories.ts'
import { presence } from './presence.ts'
import { examine } from './table.ts'
import { parseHistory } from './text-history.ts'

const judged = (change: Change = {}): CheckResult => examine(presence, parseHistory(changed(change, presenceText)), guarantees)

test('valid: everybody is shown as the beats tell', () => {
  expect(judged()).toMatchObject({ verdict: 'valid', figures: { shown: 6, ends: 2, inTheEnd: 4, falselyOffline: 0 } })
})
test('invalid: somebody is shown offline while a beat is fresh', () => {
  const finding = judged({ with: ['30.0 alice presence bob offline', '31.0 alice presence bob online'] })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { falselyOffline: 1, violations: 1 } })
  expect(finding.evidence[0]).toMatchObject({ title: 'alice is shown bob as offline, whose beats were fresh all the time' })
})
test('invalid: the same right after the first beats of the run', () => {
  expect(judged({ with: ['5.0 alice presence bob offline', '6.0 alice presence bob online'] })).toMatchObject({
    verdict: 'invalid',
    figures: { falselyOffline: 1 },
  })
})
test('invalid: a late disconnect of an old connection takes the newer one along', () => {
  expect(examineExample('presence')).toMatchObject({ verdict: 'invalid', figures: { falselyOffline: 1 } })
})
test('invalid: somebody is shown as there of whom no beat was fresh', () => {
  expect(judged({ with: ['40.0 alice presence carol online', '41.0 alice presence carol offline'] })).toMatchObject({
    verdict: 'invalid',
    figures: { falselyOnline: 1 },
  })
})
test('invalid: a presence without end stays on the screen long after the last beat', () => {
  const finding = judged({ without: ['alice presence carol offline'] })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { staysOnline: 1, apart: 1 } })
  expect(finding.evidence[0]?.title).toBe('alice still shows carol as there 5 s after the last beat ended')
})
test('invalid: observers differ in the end', () => {
  const finding = judged({ with: ['59.0 alice presence bob unknown'] })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { apart: 1 } })
})
test('near miss: right after the end the nodes close and take everybody back', () => {
  const closing = ['60.3 node-1 gone alice number=1', '60.3 node-2 gone bob number=1']
  expect(judged({ with: closing })).toMatchObject({ verdict: 'valid', figures: { inTheEnd: 4 } })
  expect(judged({ with: [...closing, '58.0 alice presence bob unknown'] })).toMatchObject({ verdict: 'invalid', figures: { apart: 1 } })
})
test('unknown: the journals tell of no beat, or nothing could be judged', () => {
  expect(judged({ without: [' beat '] })).toMatchObject({ verdict: 'unknown', why: 'no journal tells of a beat' })
  expect(judged({ with: ['fault cut node-*->redis 0 - bit'] })).toMatchObject({ verdict: 'unknown', why: 'there was nothing to judge' })
})
test('near miss: unknown while Redis is cut, offline within the TTL after its heal, and a brief offline between two connections', () => {
  const cut = {
    without: [' node-2 beat bob'],
    with: [
      'fault cut node-*->redis 29 33 bit',
      ...beatsOf('bob', 'node-2', 1, 1, 28),
      ...beatsOf('bob', 'node-2', 1, 34, 60),
      '31.0 alice presence bob unknown',
      '36.0 alice presence bob offline',
      '37.0 alice presence bob online',
    ],
  }
  expect(judged(cut)).toMatchObject({ verdict: 'valid', figures: { disturbed: 2 } })
  const moved = {
    without: [' node-2 beat bob'],
    with: [
      ...beatsOf('bob', 'node-2', 1, 1, 28),
      '29.0 node-2 gone bob number=1',
      ...beatsOf('bob', 'node-1', 7, 30, 60),
      '29.5 alice presence bob offline',
      '30.5 alice presence bob online',
    ],
  }
  expect(judged(moved).verdict).toBe('valid')
})
test('invalid: in the end somebody is shown as there who left for good, for whom a node goes on to beat', () => {
  const beaten = { without: ['21.0 node-1 gone', 'presence carol offline'], with: beatsOf('carol', 'node-1', 2, 22, 60) }
  const finding = judged(beaten)
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { apart: 1 } })
  expect(finding.evidence[0]?.title).toContain('shows carol wrongly in the end: it has left for good')
})
test('near miss: it left so late that a node may not know it, and it came back', () => {
  const late = {
    without: ['20.0 carol disconnect', '21.0 node-1 gone', 'presence carol offline'],
    with: ['45.0 carol disconnect', ...beatsOf('carol', 'node-1', 2, 22, 60)],
  }
  expect(judged(late).verdict).toBe('valid')
  const back = {
    without: ['21.0 node-1 gone', 'presence carol offline'],
    with: ['24.0 carol connect node-1 session=2', '24.0 carol expected 1', ...beatsOf('carol', 'node-1', 2, 22, 60)],
  }
  expect(judged(back).verdict).toBe('valid')
})
test('near miss: what Redis may have done without saying so excuses both ways', () => {
  const there = { with: ['39.0 node-1 beat carol number=2 unsure=1', '40.0 alice presence carol online', '52.0 alice presence carol offline'] }
  expect(judged(there).verdict).toBe('valid')
  const taken = { with: ['30.0 node-2 gone bob number=1 unsure=1', '30.1 alice presence bob offline', '31.5 alice presence bob online'] }
  expect(judged(taken).verdict).toBe('valid')
})
test('near miss: online within the TTL of a killed node, and who shares no room any more', () => {
  const killed = {
    without: ['21.0 node-1 gone', 'carol offline'],
    with: ['30.0 alice presence carol offline', '30.1 bob presence carol offline', '27.0 alice presence carol online'],
  }
  expect(judged(killed).verdict).toBe('valid')
  const left = { without: ['alice presence carol offline'], with: ['60.1 audit entry leave carol room-1 4', '60.2 audit head room-1 4'] }
  expect(judged({ ...left, without: [...left.without, 'audit head'] }).verdict).toBe('valid')
})
test('not applicable: nobody was shown where others are, or the driver can not tell', () => {
  expect(judged({ without: [' presence bob', ' presence alice', ' presence carol'] }).verdict).toBe('not-applicable')
  expect(judged({ with: ['capabilities sync'] })).toMatchObject({ verdict: 'not-applicable', why: "the driver can't do presence" })
})
