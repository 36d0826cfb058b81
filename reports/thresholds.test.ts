import { expect, test } from 'vitest'
import { changed, cleanText } from './checks/clean-history.ts'
import { parseHistory } from './checks/text-history.ts'
import { judgeThreshold, parseThreshold } from './thresholds.ts'

const judged = (text: string) => judgeThreshold(parseThreshold(text), parseHistory(cleanText))

test('a threshold is parsed with its unit and phase', () => {
  expect(parseThreshold('delivery.p99 < 250ms during steady')).toMatchObject({
    subject: { of: 'delivery', place: null, what: 'p99' },
    comparison: '<',
    limit: 250,
    unit: 'ms',
    phase: 'steady',
  })
  expect(parseThreshold('recovery.caughtUp < 5s')).toMatchObject({ limit: 5000, unit: 'ms', phase: null })
  expect(parseThreshold('delivery.remote.p99.9 <= 1.5s').subject).toMatchObject({ place: 'remote', what: 'p99.9' })
})

test.each([
  ['ack.p99 under 5ms', 'is not of the form'],
  ['send.p99 < 5ms', 'there is no metric send.p99'],
  ['ack.p98 < 5ms', 'ack has no p98; there are p50'],
  ['recovery.speed < 5s', 'recovery has no speed; there are firstOk'],
  ['ack.p99 < 5ms during lunch', 'there is no phase lunch; there are warmup'],
  ['recovery.caughtUp < 5s during steady', 'takes no phase'],
  ['ack.p99 < 5/s', 'is in ms or s, not in /s'],
])('%s is refused: %s', (text, why) => {
  expect(() => parseThreshold(text)).toThrow(why)
})

test('latencies are counted from the intended time, by the phase of the intent', () => {
  expect(judged('delivery.p99 < 250ms during steady')).toEqual({ text: 'delivery.p99 < 250ms during steady', met: true, measured: 14, unit: 'ms' })
  expect(judged('delivery.max < 1s during impact')).toMatchObject({ met: false, measured: 1201 })
  expect(judged('delivery.local.max < 30ms')).toMatchObject({ met: true, measured: 22 })
  expect(judged('ack.p50 < 20ms')).toMatchObject({ met: true, measured: 10 })
  expect(judged('delivery.rate >= 1/s during steady')).toMatchObject({ met: true, measured: 2 })
})

test('recovery is the worst over the faults, and nothing to measure is neither met nor missed', () => {
  expect(judged('recovery.caughtUp < 5s')).toMatchObject({ met: true, measured: 201 })
  expect(judged('ack.p99 < 5ms during warmup')).toMatchObject({ met: null, measured: null })
})

test('who was offline at the commit is neither local nor remote, and counts in all deliveries', () => {
  const away = parseHistory(changed({ with: ['1.900 carol disconnect', '2.500 carol connect node-1'] }))
  const measured = (text: string) => judgeThreshold(parseThreshold(text), away).measured
  expect(measured('delivery.remote.max < 1s')).toBe(1200)
  expect(measured('delivery.max < 1s')).toBe(1201)
})
