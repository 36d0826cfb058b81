import { expect, test } from 'vitest'
import { examineChanged } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { senderOrder } from './sender-order.ts'

/** m1 and m3 of alice have changed places. */
const swapped = {
  without: ['audit stored m1', 'audit stored m3', 'audit read m1', 'audit read m3'],
  with: ['9.1 audit stored m1 room-1 6 node-1', '9.1 audit stored m3 room-1 4 node-1', '9.2 audit read m1 room-1 6', '9.2 audit read m3 room-1 4'],
}

test('valid: seqs rise with clientSeq', () => {
  expect(examineChanged(senderOrder)).toMatchObject({ verdict: 'valid', population: 1 })
})
test('invalid: a later message of a device stands before an earlier one', () => {
  const finding = examineExample('sender-order')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { worstDistance: 2, violations: 1 } })
  expect(finding.evidence[0]?.events.at(-1)?.text).toBe('clientSeq 1 is seq 6, clientSeq 2 is seq 4')
  expect(finding.evidence[0]?.events.length).toBeLessThanOrEqual(12)
})
test('invalid: the earlier one was shown as failed only after the later one had been emitted', () => {
  expect(examineChanged(senderOrder, { ...swapped, with: [...swapped.with, '3.602 alice status m1 failed'] })).toMatchObject({ verdict: 'invalid' })
})
test('unknown: no audit', () => {
  expect(examineChanged(senderOrder, { without: ['audit head'] }).verdict).toBe('unknown')
})
test('unknown: no device sent two messages to a room', () => {
  const gone = ['m3', 'audit head']
  expect(examineChanged(senderOrder, { without: gone, with: ['9.106 audit head room-1 5'] })).toMatchObject({ verdict: 'unknown', population: 0 })
})
test('near miss: the earlier one had been shown as failed before the later one was emitted', () => {
  const change = { ...swapped, with: [...swapped.with, '1.000 alice status m1 failed'] }
  expect(examineChanged(senderOrder, change)).toMatchObject({ verdict: 'valid', figures: { excused: 1 } })
})
test('near miss: clientSeqs of another sender or another room are counted apart, and no order may be promised', () => {
  const other = { without: ['carol gets m3'], with: ['0.05 carol sends m0 room-2', 'rooms room-2', '9.1 audit head room-2 0'] }
  expect(examineChanged(senderOrder, other)).toMatchObject({ verdict: 'valid', population: 1 })
  expect(examineChanged(senderOrder, swapped, { order: 'none' }).verdict).toBe('not-applicable')
})
