import { expect, test } from 'vitest'
import { examineChanged, examineEventful } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { pagination } from './pagination.ts'

const capable = 'capabilities sync history'
const asked = ['4.0 bob asksPage room-1', '4.1 bob page room-1 4 6 newest=1 more=1']
const second = ['4.2 bob asksPage room-1 number=1', '4.3 bob page room-1 2 4 continues=1 number=1']
const whole = [capable, ...asked, '4.1 bob reads m2 5', '4.1 bob reads m3 6', ...second, '4.3 bob reads m1 4']

test('valid: two pages bring every message once, in order', () => {
  expect(examineChanged(pagination, { with: whole })).toMatchObject({ verdict: 'valid', population: 3, figures: { pages: 2 } })
})
test('not applicable: the driver has no history', () => {
  expect(examineChanged(pagination).verdict).toBe('not-applicable')
})
test('invalid: a message of the window is not on its page', () => {
  const finding = examineExample('pagination')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { missing: 1, violations: 1 } })
  expect(finding.evidence[0]).toMatchObject({ message: 'm2' })
  expect(finding.evidence[0]?.events.some((event) => event.text.includes('bob reads a page'))).toBe(true)
  expect(finding.evidence[0]?.events.length).toBeLessThanOrEqual(12)
})
test.each([
  ['comes twice', 'twice', [...whole, '4.35 bob reads m1 4']],
  ['stands behind a later one', 'unordered', [capable, ...asked, '4.1 bob reads m3 6', '4.1 bob reads m2 5']],
  ['is of another window', 'outside', [...whole, '4.35 bob reads m3 6']],
  [
    'lies between two pages',
    'skipped',
    [capable, ...asked, '4.1 bob reads m2 5', '4.1 bob reads m3 6', ...second.slice(0, 1), '4.3 bob page room-1 2 3 continues=1 number=1'],
  ],
  ['lies below the last page', 'cutShort', [capable, asked[0] ?? '', '4.1 bob page room-1 4 6 newest=1', '4.1 bob reads m2 5', '4.1 bob reads m3 6']],
])('invalid: a message %s', (_what, figure, lines) => {
  expect(examineChanged(pagination, { with: lines })).toMatchObject({ verdict: 'invalid', figures: { [figure]: 1, violations: 1 } })
})
test('invalid: the audit itself is told a message twice', () => {
  const twice = [
    '9.2 audit read m1 room-1 4 layer=4',
    '9.2 audit read m1 room-1 4 layer=4',
    '9.2 audit read m2 room-1 5 layer=4',
    '9.2 audit read m3 room-1 6 layer=4',
  ]
  expect(examineChanged(pagination, { with: [capable, ...twice] })).toMatchObject({ verdict: 'invalid', population: 4, figures: { twice: 1 } })
})
test('unknown: no audit', () => {
  expect(examineChanged(pagination, { without: ['audit head'], with: whole }).verdict).toBe('unknown')
})
test('unknown: nobody read a page', () => {
  expect(examineChanged(pagination, { with: [capable] })).toMatchObject({ verdict: 'unknown', population: 0 })
})
test('near miss: a message that was committed while the pages were read may be left out', () => {
  const early = [capable, '3.55 bob asksPage room-1', '3.9 bob page room-1 3 6 newest=1', '3.9 bob reads m1 4', '3.9 bob reads m2 5']
  expect(examineChanged(pagination, { with: early })).toMatchObject({ verdict: 'valid', population: 2 })
})
test('near miss: one client goes twice through a room at the same time', () => {
  const other = ['4.15 bob asksPage room-1 number=2', '4.16 bob page room-1 5 6 newest=1 more=1 number=2 traversal=1', '4.16 bob reads m3 6']
  const lines = [capable, ...asked, '4.1 bob reads m2 5', '4.1 bob reads m3 6', ...other, ...second, '4.3 bob reads m1 4']
  expect(examineChanged(pagination, { with: lines })).toMatchObject({ verdict: 'valid', population: 4, figures: { pages: 3 } })
})
test('near miss: a deleted message comes as a stub, and what lies before the membership is left out', () => {
  const lines = [
    capable,
    '4.6 bob asksPage room-1',
    '4.7 bob page room-1 3 9 newest=1',
    '4.7 bob readsStub room-1 4 rev=8',
    '4.7 bob reads m2 5 rev=7',
    '4.7 bob reads m3 6',
  ]
  expect(examineEventful(pagination, { with: lines }).verdict).toBe('valid')
  const late = {
    without: ['entry join bob'],
    with: [...lines.slice(0, 2), '4.7 bob page room-1 4 9 newest=1', '4.7 bob reads m2 5 rev=7', '4.7 bob reads m3 6'],
  }
  expect(examineEventful(pagination, { ...late, with: [...late.with, '9.1 audit entry join bob room-1 4'] }).figures).toMatchObject({ missing: 0, cutShort: 0 })
})
