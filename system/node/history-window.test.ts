import { expect, test } from 'vitest'
import { historyWindow } from './history-window.ts'

const window = (request: Parameters<typeof historyWindow>[0], head = 100) => Object.values(historyWindow(request, head))

test('a page is a window of `limit` seqs below, above or around a seq', () => {
  expect(window({ limit: 10 })).toEqual([90, 100])
  expect(window({ before: 41, limit: 10 })).toEqual([30, 40])
  expect(window({ after: 40, limit: 10 })).toEqual([40, 50])
  expect(window({ around: 50, limit: 10 })).toEqual([45, 55])
})

test('at the ends of the log a window around a seq keeps its width, the others are cut', () => {
  expect(window({ around: 1, limit: 10 })).toEqual([0, 10])
  expect(window({ around: 100, limit: 10 })).toEqual([90, 100])
  expect(window({ around: 2, limit: 10 }, 4)).toEqual([0, 4])
  expect(window({ after: 95, limit: 10 })).toEqual([95, 100])
  expect(window({ after: 500, limit: 10 })).toEqual([100, 100])
  expect(window({ before: 1, limit: 10 })).toEqual([0, 0])
  expect(window({ before: 0, limit: 10 })).toEqual([0, 0])
})
