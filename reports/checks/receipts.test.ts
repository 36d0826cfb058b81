import { expect, test } from 'vitest'
import { examineChanged } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { cursors } from './hand-histories.ts'
import { receipts } from './receipts.ts'

const judged = (change: { without?: readonly string[]; with?: readonly string[] } = {}): ReturnType<typeof examineChanged> =>
  examineChanged(receipts, {
    without: change.without?.filter((text) => !cursors.some((line) => line.includes(text))) ?? [],
    with: [...cursors.filter((line) => change.without?.some((text) => line.includes(text)) !== true), ...(change.with ?? [])],
  })

test('valid: told as applied, shown as told, the same for everyone in the end', () => {
  expect(judged()).toMatchObject({ verdict: 'valid', population: 10, figures: { told: 3, shown: 7, converged: 6 } })
})
test('invalid: a client told that it has what it had not applied yet', () => {
  const finding = examineExample('receipts')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { aheadOfApplied: 1, violations: 1 } })
  expect(finding.evidence[0]?.title).toBe('carol told seq 5 of room-1, and had applied 4')
})
test('invalid: what is told has a hole', () => {
  expect(judged({ without: ['carol gets m2'] })).toMatchObject({ verdict: 'invalid', figures: { withHoles: 1 } })
})
test('invalid: somebody is shown further than any device told, and beyond the head', () => {
  expect(judged({ with: ['3.500 alice receipt bob room-1 6'] })).toMatchObject({ verdict: 'invalid', figures: { aheadOfTold: 1 } })
  expect(judged({ with: ['3.900 alice receipt bob room-1 9'] })).toMatchObject({ verdict: 'invalid', figures: { aboveHead: 1, aheadOfTold: 1 } })
})
test('invalid: what is shown falls, and read is ahead of delivered', () => {
  const finding = judged({ with: ['3.900 alice receipt bob room-1 5 read=5'] })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { fell: 1, apart: 1 } })
  expect(finding.evidence[0]?.events.map((event) => event.atMs)).toEqual([3000, 3801, 3900])
  expect(judged({ with: ['3.750 carol watermark room-1 6 read=7'] })).toMatchObject({ verdict: 'invalid', figures: { readAheadOfDelivered: 1 } })
})
test('invalid: an observer is not shown in the end what the others are', () => {
  const finding = judged({ without: ['alice receipt bob room-1 6'] })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { apart: 1, converged: 5 } })
  expect(finding.evidence[0]?.title).toContain('alice is shown bob in room-1 at seq 5, read 5, at the end; it had told 6 and 6')
})
test('invalid: the cursor of somebody before it joined', () => {
  const change = {
    without: ['entry join carol'],
    with: ['9.102 audit entry join carol room-1 5', '3.100 alice receipt carol room-1 3', '3.000 carol watermark room-1 3 read=0'],
  }
  expect(judged(change)).toMatchObject({ verdict: 'invalid', figures: { ofNoMember: 1 } })
})
test('unknown: no audit, and observers apart while a fault was never healed', () => {
  expect(judged({ without: ['audit head'] }).verdict).toBe('unknown')
  expect(judged({ without: ['alice receipt bob room-1 6', 'fault cut'], with: ['fault cut node-*->redis 1 - bit'] }).verdict).toBe('unknown')
})
test('near miss: a new client of the same person begins again, a reset skips, and who went needs not be shown', () => {
  expect(
    judged({
      with: [
        '3.850 alice replaced laptop-2',
        '3.900 alice receipt bob room-1 5 read=5',
        '3.910 alice receipt bob room-1 6 read=6',
        '3.920 alice receipt carol room-1 6',
      ],
    }).verdict,
  ).toBe('valid')
  expect(judged({ without: ['carol gets m2'], with: ['3.300 carol syncReset room-1 5'] }).verdict).toBe('valid')
  expect(judged({ without: ['alice receipt bob room-1 6', 'bob expected'], with: ['3.900 bob expected 0'] }).verdict).toBe('valid')
})
test('not applicable: nobody tells how far it has come', () => {
  expect(examineChanged(receipts)).toMatchObject({ verdict: 'not-applicable', why: 'nobody told how far it had come' })
})
test('near miss: with a new stay of the observer what is shown begins again', () => {
  const again = ['3.9 alice joined room-1 1', '3.95 alice receipt bob room-1 5 read=5']
  expect(examineChanged(receipts, { with: [...cursors, ...again] })).toMatchObject({ figures: { fell: 0 } })
  expect(examineChanged(receipts, { with: [...cursors, ...again.slice(1)] })).toMatchObject({ verdict: 'invalid', figures: { fell: 1 } })
})
