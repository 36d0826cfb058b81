import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesInOrder, numbersInOrder, placesByTime, timesInOrder } from './sort-by-time.ts'

test('rows are ordered as a stable sort by time would order them', () => {
  const times = fc.oneof(fc.array(fc.integer({ min: -20, max: 20 })), fc.array(fc.maxSafeInteger().map((time) => Math.floor(time / 4))))
  fc.assert(
    fc.property(times, fc.array(fc.nat(), { maxLength: 4 }), (list, cuts) => {
      const starts = [0, ...cuts.map((cut) => cut % (list.length + 1)).toSorted((left, right) => left - right)]
      const places = placesByTime(Float64Array.from(list), list.length, starts)
      const order = list.map((_, row) => row).toSorted((left, right) => list[left]! - list[right]!)
      if (places === null) expect(order).toEqual(list.map((_, row) => row))
      else expect(order.map((row) => places[row])).toEqual(list.map((_, place) => place))
    }),
  )
})

test('rows that are in order already are left as they are', () => {
  expect(placesByTime(Float64Array.of(-1, 0, 0, 5), 4)).toBeNull()
})

test('a column of any width is put in order', () => {
  const places = Uint32Array.of(1, 2, 0)
  expect(timesInOrder(Float64Array.of(0.5, 2 ** 40, -1), places)).toEqual(Float64Array.of(-1, 0.5, 2 ** 40))
  expect(numbersInOrder(Int32Array.of(7, -8, 9), places)).toEqual(Int32Array.of(9, 7, -8))
  expect(bytesInOrder(Uint8Array.of(1, 2, 255), places)).toEqual(Uint8Array.of(255, 1, 2))
})
