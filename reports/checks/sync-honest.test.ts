import { expect, test } from 'vitest'
import { examineChanged, examineEventful } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { syncHonest } from './sync-honest.ts'

/** carol, who has seq 4, comes back and asks for the rest. */
const back = ['3.1 carol disconnect transport', '3.15 carol connect node-2 session=2', '3.2 carol syncBegin room-1 4']
const replayed = { without: ['carol gets m2'], with: [...back, '3.21 carol gets m2 5 way=sync', '3.22 carol syncComplete room-1 5'] }

test('valid: everything from the cursor to the head had come', () => {
  expect(examineChanged(syncHonest)).toMatchObject({ verdict: 'valid', population: 1 })
  expect(examineChanged(syncHonest, replayed)).toMatchObject({ verdict: 'valid', population: 2, figures: { completed: 2, resets: 0 } })
})
test('not applicable: the driver can not sync', () => {
  expect(examineChanged(syncHonest, { with: ['capabilities status'] }).verdict).toBe('not-applicable')
})
test('invalid: a sync is called complete, and something below its head had not come', () => {
  const finding = examineExample('sync-honest')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { missing: 1, violations: 1 } })
  expect(finding.evidence[0]).toMatchObject({ message: 'm2', title: 'seq 5 of room-1 for carol: it had not come when the sync was called complete' })
  expect(finding.evidence[0]?.events.length).toBeLessThanOrEqual(12)
})
test('invalid: a cursor above a hole', () => {
  const change = { without: ['carol gets m2'], with: ['4.0 carol connect node-2 session=2', '4.1 carol syncBegin room-1 6', '4.2 carol syncComplete room-1 6'] }
  expect(examineChanged(syncHonest, change)).toMatchObject({ verdict: 'invalid', figures: { cursorsAhead: 1, missing: 0 } })
})
test('invalid: a part of the room is replayed beside a reset, and what followed the reset never came', () => {
  const reset = [...back, '3.21 carol syncReset room-1 5']
  const partial = { without: ['carol gets m2'], with: [...reset, '3.22 carol gets m2 5 way=sync on=wire', '3.23 carol syncComplete room-1 5'] }
  expect(examineChanged(syncHonest, partial)).toMatchObject({ verdict: 'invalid', figures: { partialReplays: 1 } })
  const late = { without: ['carol gets m'], with: ['3.9 carol syncBegin room-1 3', '3.91 carol syncReset room-1 4', '3.92 carol syncComplete room-1 6'] }
  expect(examineChanged(syncHonest, late)).toMatchObject({ verdict: 'invalid', figures: { missing: 2 } })
})
test('invalid: a fresh client lacks by sync what the store has, and what another read by history', () => {
  const byHistory = ['1', '2', '3'].map((number) => `9.2 audit read m${number} room-1 ${3 + Number(number)} layer=4`)
  const finding = examineChanged(syncHonest, { without: ['read m2'], with: byHistory })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { missingInAudit: 1 } })
  expect(finding.evidence[0]?.title).toContain('seq 5 of room-1 for a fresh client')
})
test('unknown: no audit', () => {
  expect(examineChanged(syncHonest, { ...replayed, without: [...replayed.without, 'audit head'] }).verdict).toBe('unknown')
})
test('near miss: what came live meanwhile, or again, and a sync that ended with its connection', () => {
  const live = {
    without: ['carol gets m2'],
    with: [...back, '3.205 carol gets m2 5 on=held', '3.21 carol gets m1 4 way=sync on=wire', '3.22 carol syncComplete room-1 5'],
  }
  expect(examineChanged(syncHonest, live).verdict).toBe('valid')
  const cut = [...back, '3.21 carol disconnect transport', '3.22 carol connect node-1 session=3', '3.23 carol syncBegin room-1 4']
  const again = { without: ['carol gets m2'], with: [...cut, '3.24 carol gets m2 5 way=sync', '3.25 carol syncComplete room-1 5'] }
  expect(examineChanged(syncHonest, again)).toMatchObject({ verdict: 'valid', population: 2 })
})
test('near miss: a reset brings no replay, pages do; and nothing is owed after a kick', () => {
  const reset = [...back, '3.21 carol syncReset room-1 5', '3.22 carol gets m2 5 way=page', '3.23 carol syncComplete room-1 5']
  expect(examineChanged(syncHonest, { without: ['carol gets m2'], with: reset })).toMatchObject({ verdict: 'valid', population: 3, figures: { resets: 1 } })
  const kicked = ['4.5 carol connect node-2 session=2', '4.6 carol syncBegin room-1 8', '4.7 carol syncComplete room-1 10']
  expect(examineEventful(syncHonest, { with: kicked }).verdict).toBe('valid')
})
