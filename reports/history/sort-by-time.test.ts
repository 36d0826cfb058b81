import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesInOrder, numbersInOrder, orderByTime, timesInOrder } from './sort-by-time.ts'

test('rows are ordered as a stable sort by time would order them', () => {
  const times = fc.oneof(fc.array(fc.integer({ min: -20, max: 20 })), fc.array(fc.maxSafeInteger().map((time) => Math.floor(time / 4))))
  fc.assert(
    fc.property(times, fc.array(fc.nat(), { maxLength: 4 }), (list, cuts) => {
      const starts = [0, ...cuts.map((cut) => cut % (list.length + 1)).toSorted((left, right) => left - right)]
      const order = orderByTime(Float64Array.from(list), list.length, starts)
      const expected = list.map((_, row) => row).toSorted((left, right) => list[left]! - list[right]!)
      expect(order === null ? list.map((_, row) => row) : [...order]).toEqual(expected)
    }),
  )
})

test('rows that are in order already are left as they are', () => {
  expect(orderByTime(Float64Array.of(-1, 0, 0, 5), 4)).toBeNull()
})

test('a column of any width is put in order', () => {
  const order = Uint32Array.of(2, 0, 1)
  expect(timesInOrder(Float64Array.of(0.5, 2 ** 40, -1), order)).toEqual(Float64Array.of(-1, 0.5, 2 ** 40))
  expect(numbersInOrder(Int32Array.of(7, -8, 9), order)).toEqual(Int32Array.of(9, 7, -8))
  expect(bytesInOrder(Uint8Array.of(1, 2, 255), order)).toEqual(Uint8Array.of(255, 1, 2))
})
