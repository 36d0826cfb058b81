import { expect, test } from 'vitest'
import { examineChanged } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { realTimeOrder } from './real-time-order.ts'

/** m2 and m3, of different senders, have changed places. */
const swapped = {
  without: ['audit stored m2', 'audit stored m3', 'audit read m2', 'audit read m3'],
  with: ['9.1 audit stored m2 room-1 6 node-2', '9.1 audit stored m3 room-1 5 node-1', '9.2 audit read m2 room-1 6', '9.2 audit read m3 room-1 5'],
}

test('valid: whatever was sent after an ack stands after what was acked', () => {
  expect(examineChanged(realTimeOrder)).toMatchObject({ verdict: 'valid', population: 2 })
})
test('invalid: a message stands before one of another sender that was acked before', () => {
  const finding = examineExample('real-time-order')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { worstDistance: 1, violations: 1 } })
  expect(finding.evidence[0]).toMatchObject({ message: 'm3', title: 'message m3 (alice, laptop, room-1) stands before one that was acked before it was sent' })
  expect(finding.evidence[0]?.events.at(-1)?.text).toBe('m2 is seq 6, and m3 is seq 5')
  expect(finding.evidence[0]?.events.length).toBeLessThanOrEqual(12)
})
test('unknown: no audit', () => {
  expect(examineChanged(realTimeOrder, { without: ['audit head'] }).verdict).toBe('unknown')
})
test('near miss: the two overlapped, if only by an instant', () => {
  expect(examineChanged(realTimeOrder, { without: [...swapped.without, 'bob ok m2'], with: [...swapped.with, '3.600 bob ok m2 6'] }).verdict).toBe('valid')
})
test('near miss: the earlier one never had an ack', () => {
  expect(examineChanged(realTimeOrder, { without: [...swapped.without, 'bob ok m2'], with: [...swapped.with, '2.01 bob unknown m2 timeout'] }).verdict).toBe(
    'valid',
  )
})
test('near miss: only the order of each sender is promised', () => {
  expect(examineChanged(realTimeOrder, swapped, { order: 'sender' }).verdict).toBe('not-applicable')
})
